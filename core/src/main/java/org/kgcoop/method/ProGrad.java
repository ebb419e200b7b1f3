package org.kgcoop.method;

import java.util.List;
import java.util.Map;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Templates;
import org.kgcoop.model.Batch;
import org.kgcoop.model.Head;
import org.kgcoop.model.Losses;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.ContextModel;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.Setting;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Tensor;

/**
 * ProGrad: CoOp without the part of the gradient that opposes the zero-shot predictions. Zhu et
 * al., "Prompt-aligned Gradient for Prompt Tuning", ICCV 2023; code: BeierZhu/Prompt-align, {@code
 * trainers/prograd.py}.
 *
 * <p>With the zero-shot logits z of the hand-crafted template and the student's logits s:
 *
 * <pre>{@code
 * distillation = -T^2 mean_b sum_c softmax(z / T) log softmax(s / T)
 * u = g_kl / |g_kl|                       per parameter tensor
 * g = g_ce - lambda (g_ce . u) u          if g_ce . u < 0
 * g = g_ce                                otherwise
 * }</pre>
 *
 * <p>There is one difference from the published code: no projection if {@code |g_kl| <= 1e-5
 * |g_ce|}. If the context starts with the words of the teacher's template, the student equals the
 * teacher, and g_kl is only rounding noise. The published code then projects on a random direction.
 *
 * @param context the context settings; published for base-to-new: 16 vectors, of which the last are
 *     initialized with the words of the template
 * @param template the template of the zero-shot logits
 * @param temperature T; published: 1
 * @param lambda the share of the opposing part that is removed; published: 1
 */
public record ProGrad(ContextSettings context, String template, double temperature, double lambda)
    implements PromptMethod {
  public static final String ID = "prograd";

  public static final Declaration<Method> DECLARATION =
      Declaration.of(ProGrad.class, ID, "ProGrad")
          .prompts("textual")
          .trainer("ProGrad")
          .description(
              "CoOp that removes the gradient component opposing the zero-shot predictions.",
              "g = g_ce - lambda (g_ce . u) u where g_ce . u < 0; u = g_kl / |g_kl|")
          .published(
              "Zhu et al., Prompt-aligned Gradient for Prompt Tuning, ICCV 2023",
              "https://github.com/BeierZhu/Prompt-align")
          .settings(
              SharedSettings.context(
                  SharedSettings.CONTEXT_TOKENS.withDefault(16),
                  // Unlike in other methods, the words do not depend on the number of vectors.
                  SharedSettings.WORDS.withDefault(
                      "the template's",
                      values -> Templates.words(values.get(SharedSettings.TEMPLATE)))),
              SharedSettings.TEMPLATE,
              Setting.number("temperature", 1, "T of the distillation")
                  .above(0)
                  .publishedAs("LOSS.T"),
              Setting.number("lambda", 1, "How much of the opposing gradient is taken away")
                  .atLeast(0)
                  .publishedAs("LOSS.LAMBDA"));

  /**
   * Threshold for rounding noise: the norm of the distillation gradient relative to the
   * cross-entropy gradient.
   */
  private static final double NOISE = 1e-5;

  @Override
  public Defaults defaults() {
    return new Defaults(100, 32);
  }

  @Override
  public TrainableModel model(Clip clip, List<String> classNames, long seed) {
    Head teacher = new ZeroShot(List.of(template)).classifier(clip, classNames);
    return new ContextModel(
        clip, classNames, context, seed, new Objective(teacher, temperature, lambda));
  }

  private record Objective(Head teacher, double temperature, double lambda)
      implements ContextModel.Objective {

    @Override
    public Losses losses(Tensor classFeatures, Tensor logits, Batch batch) {
      Tensor crossEntropy = Functions.crossEntropy(logits, batch.labels());
      Tensor distillation = distillation(teacher.logits(batch.features()), logits);
      return new Losses(Map.of("cross_entropy", crossEntropy), List.of(crossEntropy, distillation))
          .and("distillation", distillation);
    }

    /**
     * Computes the cross-entropy of the student under the zero-shot probabilities, times T^2.
     *
     * @param zeroShot the zero-shot logits, (B, C)
     * @param student the logits of the student, (B, C)
     * @return the loss, ()
     */
    private Tensor distillation(Tensor zeroShot, Tensor student) {
      Tensor target = Functions.softmax(zeroShot.times(1 / temperature), 1);
      Tensor log = Functions.logSoftmax(student.times(1 / temperature), 1);
      return target.times(log).sum(1).mean().times(-temperature * temperature);
    }

    /**
     * Returns the gradient of the cross-entropy without the part that opposes the gradient of the
     * distillation.
     */
    @Override
    public List<Tensor> combined(List<List<Tensor>> gradients) {
      Tensor specific = gradients.get(0).get(0);
      Tensor general = gradients.get(1).get(0);
      double generalNorm = general.norm().item();
      // The condition is also false for NaN, as in the published code.
      if (!(generalNorm > NOISE * specific.norm().item())) {
        return List.of(specific);
      }
      Tensor unit = general.times(1 / generalNorm);
      double along = specific.times(unit).sum().item();
      return List.of(along < 0 ? specific.minus(unit.times(lambda * along)) : specific);
    }

    @Override
    public void close() {
      teacher.close();
    }
  }
}
