package org.kgcoop.method;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.model.Batch;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.model.Step;
import org.kgcoop.model.Tape;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.ClassTokenPosition;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.settings.Declaration;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * CoCoOp: a small network shifts the context vectors depending on the image. Zhou et al.,
 * "Conditional Prompt Learning for Vision-Language Models", CVPR 2022; code: KaiyangZhou/CoOp,
 * {@code trainers/cocoop.py}.
 *
 * <p>{@code context(f) = ctx + g(f)}, with the same shift for all M vectors. {@code g(f) = W2
 * relu(W1 f + b1) + b2} has E / 16 hidden units; f is the unit image feature. Every image therefore
 * has its own class features, so logits and training steps need one text encoder pass per image.
 * {@code loss = cross entropy}.
 *
 * @param context the context settings; published: 4 vectors from "a photo of a", class name at the
 *     end, shared
 */
public record CoCoOp(ContextSettings context) implements PromptMethod {
  public static final String ID = "cocoop";

  public static final Declaration<Method> DECLARATION =
      Declaration.of(CoCoOp.class, ID, "CoCoOp")
          .prompts("textual+visual")
          .trainer("CoCoOp")
          .description(
              "A small network shifts the context vectors for each image.",
              "context(f) = ctx + W2 relu(W1 f + b1) + b2; loss = cross entropy")
          .published(
              "Zhou et al., Conditional Prompt Learning for Vision-Language Models, CVPR 2022",
              "https://github.com/KaiyangZhou/CoOp")
          .settings(SharedSettings.context());

  public CoCoOp {
    if (context.classSpecific() || context.position() != ClassTokenPosition.END) {
      throw KgCoopException.configuration(
          "CoCoOp: expected a shared context with the class name at the end");
    }
  }

  @Override
  public Defaults defaults() {
    return new Defaults(10, 1);
  }

  @Override
  public TrainableModel model(Clip clip, List<String> classNames, long seed) {
    return new ConditionalModel(clip, classNames, context, seed);
  }

  private static final class ConditionalModel extends TrainableModel {
    private static final String FIRST = "meta_net.linear1";
    private static final String SECOND = "meta_net.linear2";

    private final double logitScale;
    private final TextFeatures text;
    private final Tensor context; // (M, W)

    ConditionalModel(Clip clip, List<String> classNames, ContextSettings settings, long seed) {
      super(clip.device());
      logitScale = clip.logitScale();
      text = new TextFeatures(clip, PromptText.learned(clip, classNames, settings));
      try (Scope scope = Scope.open("context")) {
        context = parameter("ctx", settings.initial(clip, classNames.size(), seed));
      }
      int embed = clip.config().embedDim();
      int hidden = Math.max(1, embed / 16);
      PythonRandom random = new PythonRandom(seed);
      layer(FIRST, random, embed, hidden);
      layer(SECOND, random, hidden, clip.config().textWidth());
    }

    @Override
    public Tensor logits(Tensor features) {
      Tensor contexts = contexts(features);
      List<Tensor> rows = new ArrayList<>();
      for (long b = 0; b < features.size(0); b++) {
        try (Scope scope = Scope.open("image")) {
          Tensor classFeatures = text.all(List.of(contexts.select(0, b))).unitRows();
          rows.add(scope.promote(row(features.narrow(0, b, 1), classFeatures)));
        }
      }
      return Tensor.concat(rows, 0);
    }

    /**
     * Returns a head that computes class features for every image. They depend on the image, so
     * nothing can be precomputed.
     */
    @Override
    public Head toHead() {
      return new Head() {
        @Override
        public Tensor logits(Tensor features) {
          return ConditionalModel.this.logits(features);
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public Head intoHead() {
      return this;
    }

    /**
     * Computes the logits of one image.
     *
     * @param feature the image feature, (1, E)
     * @param classFeatures the class features, (C, E)
     * @return the logits, (1, C)
     */
    private Tensor row(Tensor feature, Tensor classFeatures) {
      return new FixedHead.Linear(classFeatures, null, logitScale).logits(feature);
    }

    /**
     * Computes the context of each image.
     *
     * @param features the image features, (B, E)
     * @return the contexts, (B, M, W)
     */
    private Tensor contexts(Tensor features) {
      Tensor shift = applied(SECOND, Functions.relu(applied(FIRST, features))); // (B, W)
      return context.plus(shift.reshape(features.size(0), 1, -1));
    }

    /** Processes one image at a time, so that memory does not grow with the batch size. */
    @Override
    public Step step(Batch batch) {
      Tensor contexts = contexts(batch.features());
      double loss = 0;
      List<Tensor> byContexts = new ArrayList<>(); // each (M, W)
      for (int b = 0; b < batch.size(); b++) {
        try (Scope scope = Scope.open("image")) {
          Tape tape = new Tape();
          Batch image = batch.image(b);
          Tensor own = contexts.select(0, b);
          Tensor raw = tape.cut(text.pass(List.of(own)));
          Tensor logits = row(image.features(), raw.unitRows());
          Tensor share = // share of the batch mean
              Functions.crossEntropy(logits, image.labels()).times(1.0 / batch.size());
          loss += share.item();
          byContexts.add(scope.promote(tape.gradients(List.of(share), List.of(own)).get(0).get(0)));
        }
      }
      return new Step(
          Map.of("loss", loss),
          Autograd.gradients(
              List.of(contexts),
              List.of(Tensor.stack(byContexts, 0)),
              List.copyOf(parameters().values()),
              false));
    }

    @Override
    public void close() {
      super.close();
      text.close();
    }
  }
}
