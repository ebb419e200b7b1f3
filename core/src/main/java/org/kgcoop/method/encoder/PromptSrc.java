package org.kgcoop.method.encoder;

import java.util.List;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Templates;
import org.kgcoop.data.Underscores;
import org.kgcoop.method.Method;
import org.kgcoop.method.SharedSettings;
import org.kgcoop.method.TemplateEnsemble;
import org.kgcoop.model.Batch;
import org.kgcoop.model.ModelInputs;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.Setting;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Tensor;

/**
 * PromptSRC: independent tokens in both encoders ({@link Ivlp}), regularized by the predictions of
 * the frozen CLIP model for the same view and for texts of many templates. Khattak et al.,
 * "Self-regulating Prompts: Foundational Model Adaptation without Forgetting", ICCV 2023; code:
 * muzairkhattak/PromptSRC, {@code trainers/promptsrc.py}.
 *
 * <pre>{@code
 * f, t = learned unit features; f0 = unit feature of the frozen encoder for the same view
 * t0_c = unit(mean over templates of the features of "TEMPLATE name", not normalized)
 * z = scale f . t,  z0 = scale f0 . t0,  p0 = softmax z0
 * loss = cross entropy of z + text_weight mean_{C,E} |t - t0| + image_weight mean_{B,E} |f - f0|
 *        + mean_{B,C} p0 (log p0 - log softmax z)
 * }</pre>
 *
 * <p>All means are over individual entries. The divergence is averaged over images and classes, so
 * with C classes it is 1 / C of the usual batch mean. The result of the training is the weighted
 * mean of the parameters after each epoch. The weight is a Gaussian density at the number of the
 * epoch ({@code model_selection gauss}). If you change the number of epochs, change the mean of the
 * Gaussian, too.
 *
 * <p>There are two differences from the published code. It computes in float16 and also averages
 * the frozen weights, which changes them by rounding; this implementation uses float32, and the
 * encoders stay unchanged. The published code also encodes the texts of the templates at the start
 * of a test.
 *
 * @param rows the prompt tokens: n, J_t, the number of image tokens, and J_v; published: 4, 9, 4
 *     and 9, and 4, 3, 4 and 3 for the transfer to other data sets
 * @param templates the templates of t0; published: {@link #TEMPLATES}
 * @param textWeight the weight of the text distance; published: 25
 * @param imageWeight the weight of the image distance; published: 10
 */
public record PromptSrc(
    VisionLanguagePrompts rows, List<String> templates, double textWeight, double imageWeight)
    implements EncoderMethod {
  public static final String ID = "promptsrc";

  public static final Declaration<Method> DECLARATION =
      Declaration.of(PromptSrc.class, ID, "PromptSRC")
          .prompts("textual+visual")
          .trainer("PromptSRC")
          .description(
              "Prompt tokens in both encoders that stay close to the frozen CLIP.",
              "loss = cross entropy + text_weight mean |t - t0| + image_weight mean |f - f0|"
                  + " + mean p0 (log p0 - log p)")
          .published(
              "Khattak et al., Self-regulating Prompts: Foundational Model Adaptation without"
                  + " Forgetting, ICCV 2023",
              "https://github.com/muzairkhattak/PromptSRC")
          .needsVit()
          .settings(
              VisionLanguagePrompts.settings("PROMPTSRC", 4, 9),
              SharedSettings.templates(
                  "60 published ones",
                  values -> PromptSrc.TEMPLATES,
                  "Texts whose mean features teach the learned ones"),
              Setting.number("text_weight", 25, "Weight of the distance of texts")
                  .atLeast(0)
                  .publishedAs("TRAINER.PROMPTSRC.TEXT_LOSS_WEIGHT"),
              Setting.number("image_weight", 10, "Weight of the distance of images")
                  .atLeast(0)
                  .publishedAs("TRAINER.PROMPTSRC.IMAGE_LOSS_WEIGHT"));

  /**
   * The 60 published templates ({@code trainers/imagenet_templates.py}): the first 60 of the 80
   * templates of CLIP's notebook, starting with the plain one.
   */
  public static final List<String> TEMPLATES = Templates.published("promptsrc");

  @Override
  public String prompts() {
    return rows.prompts();
  }

  @Override
  public Defaults defaults() {
    return new Defaults(20, 4)
        .with("lr", 0.0025)
        .with("model_selection", "gauss")
        .with("gauss_mean", 15)
        .with("gauss_std", 1);
  }

  @Override
  public TrainableModel model(Clip clip, List<String> classNames, long seed) {
    return new Prompts(clip, classNames, seed);
  }

  @Override
  public List<String> textVectors() {
    return rows.textNames();
  }

  private final class Prompts extends VisionLanguagePrompts.Model {
    private final Clip clip;
    private final List<String> classNames;

    Prompts(Clip clip, List<String> classNames, long seed) {
      super(rows, clip, classNames, seed, title());
      this.clip = clip;
      this.classNames = List.copyOf(classNames);
    }

    @Override
    List<Loss> imageTerms() {
      return List.of(
          new Loss("cross_entropy", 1), new Loss("image", imageWeight), new Loss("logits", 1));
    }

    @Override
    List<Loss> textTerms() {
      return List.of(new Loss("text", textWeight));
    }

    /** Adds the features of the frozen encoder. */
    @Override
    public ModelInputs inputs() {
      return new ModelInputs(true, super.inputs().block());
    }

    /** Computes t0, (C, E). */
    @Override
    Tensor computeTarget() {
      TemplateEnsemble texts = new TemplateEnsemble(templates, Underscores.REPLACE);
      return texts.raw(clip, classNames).unitRows();
    }

    @Override
    List<Tensor> imageLosses(
        Batch image, int place, List<Tensor> encoderInputs, Tensor classFeatures) {
      Tensor f = features(image, encoderInputs);
      Tensor logs = Functions.logSoftmax(logits(f, classFeatures), 1); // (1, C)
      Tensor taughtLogs = Functions.logSoftmax(logits(image.features(), target()), 1);
      return List.of(
          crossEntropy(image, f, classFeatures),
          distance(f, image.features()),
          taughtLogs.exp().times(taughtLogs.minus(logs)).mean());
    }

    @Override
    List<Tensor> textLosses(Tensor classFeatures) {
      return List.of(distance(classFeatures, target()));
    }

    private static Tensor distance(Tensor a, Tensor b) {
      return a.minus(b).abs().mean();
    }
  }
}
