package org.kgcoop.method;

import java.util.List;
import org.kgcoop.clip.Clip;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.FixedHeadModel;
import org.kgcoop.model.Head;
import org.kgcoop.model.Init;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.Setting;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * CLIP-Adapter: a small network that changes image features. Gao et al., "CLIP-Adapter: Better
 * Vision-Language Models with Feature Adapters", IJCV 2024; code: gaopengcuhk/CLIP-Adapter, {@code
 * clip_adapter.py}.
 *
 * <p>{@code logits = scale unit(r a(f) + (1 - r) f) . t_c} with {@code a(f) = relu(W2 relu(W1 f))},
 * E / 4 hidden units and no biases; t_c is the hand-crafted feature. {@code loss = cross entropy}.
 * The network is homogeneous, so unit features give the same logits as raw features. The training
 * configuration was not published. The published code extends a trainer of CoOp, so this
 * implementation uses CoOp's training. The published code supports only width 1024 (RN50).
 *
 * @param template the template of the class features, which depends on the data set
 * @param ratio r, the share of the network in a feature; published: 0.2
 */
public record ClipAdapter(String template, double ratio) implements TrainedMethod {
  public static final String ID = "clip-adapter";

  public static final Declaration<Method> DECLARATION =
      Declaration.of(ClipAdapter.class, ID, "CLIP-Adapter")
          .description(
              "A small network changes image features.",
              "logits = scale unit(r a(f) + (1 - r) f) . t_c; a(f) = relu(W2 relu(W1 f));"
                  + " loss = cross entropy")
          .published(
              "Gao et al., CLIP-Adapter: Better Vision-Language Models with Feature Adapters, IJCV"
                  + " 2024",
              "https://github.com/gaopengcuhk/CLIP-Adapter")
          .settings(
              SharedSettings.TEMPLATE,
              Setting.number("ratio", 0.2, "The share of the network in a feature")
                  .allowing("above 0 to 1", n -> n > 0 && n <= 1));

  private static final String FIRST = "fc.0.weight";
  private static final String SECOND = "fc.2.weight";

  @Override
  public Defaults defaults() {
    return new Defaults(200, 32);
  }

  @Override
  public TrainableModel model(FitContext context) {
    return new AdapterModel(context.clip(), context.classNames(), context.task().seed());
  }

  private static int hidden(int embed) {
    return Math.max(1, embed / 4);
  }

  @Override
  public Head classifier(Clip clip, FittedMethod learned, List<String> classNames) {
    int embed = clip.config().embedDim();
    return FixedHead.copyOf(
        () ->
            new FixedHead.Adapter(
                learned.value(clip, FIRST, hidden(embed), embed),
                learned.value(clip, SECOND, embed, hidden(embed)),
                ratio,
                new FixedHead.Linear(texts(clip, classNames), null, clip.logitScale())));
  }

  /** Returns the class features, (C, E), unit rows. */
  private Tensor texts(Clip clip, List<String> classNames) {
    return new ZeroShot(List.of(template)).classFeatures(clip, classNames);
  }

  private final class AdapterModel extends FixedHeadModel {
    private final Tensor first; // (E / 4, E)
    private final Tensor second; // (E, E / 4)
    private final FixedHead.Linear texts; // (C, E)

    AdapterModel(Clip clip, List<String> classNames, long seed) {
      super(clip.device());
      int embed = clip.config().embedDim();
      PythonRandom random = new PythonRandom(seed);
      try (Scope scope = Scope.open("adapter")) {
        first = parameter(FIRST, Init.weight(random, hidden(embed), embed));
        second = parameter(SECOND, Init.weight(random, embed, hidden(embed)));
        Tensor features = buffer("text_features", texts(clip, classNames));
        texts = new FixedHead.Linear(features, null, clip.logitScale());
      }
    }

    @Override
    protected FixedHead fixedHead() {
      return new FixedHead.Adapter(first, second, ratio, texts);
    }
  }
}
