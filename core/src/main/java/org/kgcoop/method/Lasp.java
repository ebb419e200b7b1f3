package org.kgcoop.method;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Templates;
import org.kgcoop.model.Batch;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.FixedHeadModel;
import org.kgcoop.model.Step;
import org.kgcoop.model.Tape;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.random.Seeds;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.Setting;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.Workers;

/**
 * LASP: CoOp with a text-to-text loss. The learned text of each class must be recognized by
 * hand-crafted texts of many templates, which can include classes without training images. Bulat
 * and Tzimiropoulos, "LASP: Text-to-Text Optimization for Language-Aware Soft Prompting of Vision
 * and Language Models", CVPR 2023; code: 1adrianb/lasp, {@code prompting/lasp.py}.
 *
 * <pre>{@code
 * t_c = unit(text(ctx, c) + w)                    w starts at 0
 * h_gj = unit feature of template g with name j, of all names of the data set
 * text to text = mean_gj -log softmax_i(scale t_i . h_gj)[j]
 * loss = cross entropy + weight text to text
 * }</pre>
 *
 * <p>In each step, with probability 1/2, Gaussian noise with standard deviation 0.05 is added to
 * every component of h, without normalizing h again. The softmax selects learned text i for
 * template text j, as in the published code; the paper describes the opposite direction.
 *
 * <p>There are two differences from the published code. This implementation contains only its text
 * side: the published configurations, and the published results, also train the normalization
 * layers of the image encoder at a tenth of the learning rate. This is not possible with features
 * of a frozen image encoder. The published code encodes the learned classes twice per step; here
 * they are a part of all texts.
 *
 * @param contextTokens M, the number of vectors; published: 4
 * @param words the initial words; published: "a photo of a"
 * @param templates the templates of h; published: 35
 * @param weight lambda of the text-to-text loss; published: 5 or 10
 * @param virtual true to classify training images among all classes of the data set ("LASP-V")
 */
public record Lasp(
    int contextTokens, String words, List<String> templates, double weight, boolean virtual)
    implements PromptMethod {
  public static final String ID = "lasp";

  public static final Declaration<Method> DECLARATION =
      Declaration.of(Lasp.class, ID, "LASP")
          .prompts("textual")
          .trainer("LASP")
          .description(
              "The learned text of each class must be closest to the texts of its own name in many templates.",
              "loss = cross entropy + weight mean_gj -log softmax_i(scale t_i . h_gj)[j]")
          .published(
              "Bulat and Tzimiropoulos, LASP: Text-to-Text Optimization for Language-Aware Soft"
                  + " Prompting of Vision and Language Models, CVPR 2023",
              "https://github.com/1adrianb/lasp")
          .settings(
              SharedSettings.CONTEXT_TOKENS.publishedAs("TRAINER.LASP.N_CTX"),
              SharedSettings.WORDS.publishedAs("TRAINER.LASP.CTX_INIT"),
              SharedSettings.templates(
                      "35 published ones",
                      values -> Lasp.TEMPLATES,
                      "Templates that the learned text must be classified by")
                  .publishedAs("TRAINER.LASP.LASP_PROMPTS"),
              Setting.number("weight", 5, "Weight of the text-to-text loss")
                  .atLeast(0)
                  .publishedAs("TRAINER.LASP.LASP_LOSS_WEIGHT"),
              Setting.flag(
                      "virtual",
                      false,
                      "Classify training images among all classes of the data set: LASP-V")
                  .publishedAs("DATASET.INCLUDE_ALL_CLASSES"));

  /** Templates of the published configurations. One template occurs twice. */
  public static final List<String> TEMPLATES = Templates.published("lasp");

  public Lasp {
    words = ContextSettings.shared(contextTokens, words).words();
  }

  @Override
  public ContextSettings context() {
    return ContextSettings.shared(contextTokens, words);
  }

  /** Random noise on the features of templates. */
  @FunctionalInterface
  public interface Noise {
    double DEVIATION = 0.05;

    /**
     * Returns the noise of a step.
     *
     * @param step the step, from 0
     * @return a function that returns the noise of a template (counted from 0) as a tensor (all
     *     classes, E); empty if the step has no noise
     */
    Optional<IntFunction<Tensor>> of(long step);

    /**
     * Returns the published noise, which is added in half of the steps. It is a pure function of
     * the seed and the step.
     */
    static Noise seeded(long seed, int classes, int embed) {
      return step -> {
        String text = "LASP noise, seed %s, step %s".formatted(seed, step);
        if (Seeds.generator(text).nextBoolean()) {
          return Optional.empty();
        }
        return Optional.of(
            template -> {
              long own = Seeds.generator(text + ", template " + template).nextLong();
              float[] values = new PythonRandom(own).gaussians(DEVIATION, classes * embed);
              return Tensor.of(values, classes, embed);
            });
      };
    }
  }

  @Override
  public Defaults defaults() {
    return new Defaults(25, 32).with("lr", 0.032).with("warmup_epochs", 3).with("clip_norm", 1.0);
  }

  @Override
  public TrainableModel model(FitContext context) {
    return model(
        context,
        Noise.seeded(
            context.task().seed(),
            context.allClassNames().size(),
            context.clip().config().embedDim()));
  }

  /**
   * Creates a trainable model with the given noise. The templates are encoded before its first
   * step.
   */
  public TrainableModel model(FitContext context, Noise noise) {
    LanguageAwareModel model =
        new LanguageAwareModel(
            context.clip(),
            context.classNames(),
            context.allClassNames(),
            context.task().seed(),
            noise);
    Tensor unused = model.handCrafted();
    return model;
  }

  /** Creates a trainable model without other classes and without noise. */
  @Override
  public TrainableModel model(Clip clip, List<String> classNames, long seed) {
    return new LanguageAwareModel(clip, classNames, classNames, seed, step -> Optional.empty());
  }

  final class LanguageAwareModel extends FixedHeadModel {
    private final Clip clip;
    private final TextFeatures text; // first the learned classes, then the others
    private final Tensor context; // (M, W)
    private final int classes; // C
    private final List<String> allClassNames; // A, the number of these names, in any order
    private final Noise noise;
    private final Tensor places; // (A), the position of each class among the texts
    private final Tensor correction; // w, (1, E)
    private @Nullable Tensor handCrafted; // h, (G, A, E), created on first use

    LanguageAwareModel(
        Clip clip, List<String> classNames, List<String> allClassNames, long seed, Noise noise) {
      super(clip.device());
      this.clip = clip;
      this.allClassNames = allClassNames;
      this.noise = noise;
      classes = classNames.size();
      ClassIndices known = ClassIndices.of(classNames, allClassNames);
      List<String> ordered = new ArrayList<>(classNames);
      IntStream.of(known.unknown()).mapToObj(allClassNames::get).forEach(ordered::add);
      text = new TextFeatures(clip, PromptText.learned(clip, ordered, context()));
      try (Scope scope = Scope.open("start")) {
        context = parameter("ctx", context().initial(clip, classes, seed));
        places = Tensor.indices(known.places(classes)).to(clip.device()).keep();
        correction = parameter("w", Tensor.full(0, 1, clip.config().embedDim()));
      }
    }

    private Tensor unit(Tensor encoded) {
      return encoded.plus(correction).unitRows();
    }

    private FixedHead.Linear head(Tensor classFeatures) {
      return new FixedHead.Linear(classFeatures, null, clip.logitScale());
    }

    /** Computes the head of the learned classes without gradients. */
    @Override
    protected FixedHead fixedHead() {
      try (Autograd.Switch off = Autograd.off()) {
        return head(unit(text.all(List.of(context))).narrow(0, 0, classes));
      }
    }

    /**
     * Returns the features of the templates. They are computed on first use, because a classifier
     * does not need them.
     */
    private Tensor handCrafted() {
      if (handCrafted == null) {
        try (Scope scope = Scope.open("templates")) {
          List<Tensor> each =
              templates.stream()
                  .map(template -> TextFeatures.handCrafted(clip, allClassNames, template))
                  .toList();
          handCrafted = Tensor.stack(each, 0).keep();
        }
      }
      return handCrafted;
    }

    @Override
    public Step step(Batch batch) {
      Tape tape = new Tape();
      Tensor classFeatures = unit(tape.cut(text.pass(List.of(context)))); // (A, E)
      Tensor texts = classFeatures.parameter();
      Tensor learned = virtual ? texts : texts.narrow(0, 0, classes);
      Tensor crossEntropy =
          Functions.crossEntropy(head(learned).logits(batch.features()), batch.labels());
      Tensor gradient = Autograd.gradients(crossEntropy, List.of(texts), false).get(0);
      double textToText = 0;
      for (List<Tensor> templateLoss : textToText(texts, batch.step())) {
        textToText += templateLoss.get(0).item() / templates.size();
        gradient = gradient.plus(templateLoss.get(1).times(weight / templates.size()));
      }
      Map<String, Double> losses = new LinkedHashMap<>();
      losses.put("loss", crossEntropy.item() + weight * textToText);
      losses.put("cross_entropy", crossEntropy.item());
      losses.put("text_to_text", textToText);
      return new Step(
          losses,
          tape.gradients(
              List.of(classFeatures), List.of(gradient), List.copyOf(parameters().values())));
    }

    /**
     * Computes the text-to-text loss of each template and its gradient with respect to the class
     * features. Templates are processed one at a time, so that memory does not grow with their
     * number.
     */
    private List<List<Tensor>> textToText(Tensor classFeatures, long step) {
      Tensor all = handCrafted();
      Optional<IntFunction<Tensor>> added = noise.of(step);
      return Workers.map(
          templates.size(),
          g -> {
            Tensor plain = all.select(0, g); // (A, E)
            Tensor noisy = added.map(n -> plain.plus(n.apply(g).to(plain.device()))).orElse(plain);
            Tensor loss = Functions.crossEntropy(head(classFeatures).logits(noisy), places);
            return List.of(
                loss.detach(), Autograd.gradients(loss, List.of(classFeatures), false).get(0));
          });
    }

    @Override
    public void close() {
      super.close();
      text.close();
      places.close();
      if (handCrafted != null) {
        handCrafted.close();
      }
    }
  }
}
