package org.kgcoop.method;

import java.util.List;
import java.util.Objects;
import org.kgcoop.clip.Clip;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.FixedHeadModel;
import org.kgcoop.model.Head;
import org.kgcoop.model.SegmentSum;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.settings.Declaration;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Tip-Adapter-F: {@link TipAdapter} with keys that are trained with the cross-entropy, starting
 * from the image features. The keys are not normalized again.
 *
 * <p>The published code keeps the epoch that is best on the test part; this implementation keeps
 * the last epoch.
 */
public record TipAdapterF(CacheSettings settings) implements TrainedMethod {
  public static final String ID = "tip-adapter-f";

  public static final Declaration<Method> DECLARATION =
      Declaration.of(TipAdapterF.class, ID, "Tip-Adapter-F")
          .description(
              "Tip-Adapter with fine-tuned keys.",
              "logits = scale f . t_c + alpha sum_i exp(-beta (1 - f . key_i)) [label_i = c];"
                  + " loss = cross entropy")
          .published(
              "Zhang et al., Tip-Adapter: Training-free Adaption of CLIP for Few-shot"
                  + " Classification, ECCV 2022",
              "https://github.com/gaopengcuhk/Tip-Adapter")
          .boundBy("a cache of images")
          .settings(CacheSettings.SETTINGS);

  private static final String KEYS = "weight"; // the name in the published linear layer

  @Override
  public Defaults defaults() {
    return new Defaults(20, 256)
        .with("optimizer", "adamw")
        .with("epsilon", 1e-4)
        .with("weight_decay", 0.01)
        .with("lr", 0.001)
        .with("warmup", "none")
        .with("lr_unit", "step")
        .with("sampler", "random-all")
        .with(
            "transforms",
            "random_resized_crop(%s,%s),random_flip"
                .formatted(settings.crop().leastArea(), settings.crop().greatestArea()));
  }

  @Override
  public Fit.Training fit(FitContext context) {
    CacheSearch search = new CacheSearch(context, settings);
    CacheSettings start = search.start();
    TrainedMethod started = new TipAdapterF(start);
    return new Fit.Training(
        started,
        started.model(context),
        parameters -> {
          Tensor keys = Objects.requireNonNull(parameters.get(KEYS), KEYS).tensor();
          return new FittedMethod(
              new TipAdapterF(search.end(start, keys)),
              context.classNames(),
              StoredTensor.of(KEYS, keys),
              KeyCache.storedLabels(search.labels()));
        });
  }

  @Override
  public TrainableModel model(FitContext context) {
    try (Scope scope = Scope.open("cache")) {
      LabeledViews views = context.views(settings.views(), settings.recipe());
      return new KeyModel(
          context.clip(), context.classNames(), CacheSettings.keys(views.features()), views);
    }
  }

  @Override
  public Head classifier(Clip clip, FittedMethod learned, List<String> classNames) {
    return KeyCache.classifier(clip, learned, classNames, settings, KEYS);
  }

  private final class KeyModel extends FixedHeadModel {
    private final Tensor keys; // (N, E)
    private final FixedHead.Linear texts; // (C, E), unit rows
    private final SegmentSum sums;

    KeyModel(Clip clip, List<String> classNames, Tensor keys, LabeledViews views) {
      super(clip.device());
      this.keys = parameter(KEYS, keys);
      Tensor features = buffer("text_features", settings.texts(clip, classNames).weight());
      texts = new FixedHead.Linear(features, null, settings.scale(clip));
      sums = new SegmentSum(views.labelArray(), classNames.size());
    }

    @Override
    protected FixedHead fixedHead() {
      return KeyCache.of(settings, texts, keys, sums).head();
    }
  }
}
