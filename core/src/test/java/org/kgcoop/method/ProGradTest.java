package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.kgcoop.fixtures.Losses.loss;
import static org.kgcoop.fixtures.Losses.rows;
import static org.kgcoop.fixtures.Losses.softmax;
import static org.kgcoop.method.TinyModels.batch;
import static org.kgcoop.method.TinyModels.moved;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.model.Batch;
import org.kgcoop.model.Head;
import org.kgcoop.model.Step;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Compares the losses and the projection rule of ProGrad with plain loops. */
class ProGradTest {
  private static final List<String> NAMES = List.of("cat", "dog", "ice cream");
  private static final String TEMPLATE = "a photo of a {}.";

  private final Clip clip = TinyClip.load();

  @AfterEach
  void close() {
    clip.close();
  }

  /** The gradients of both losses, and the gradient that the method computes from them. */
  private static final class Gradients {
    final float[] crossEntropy;
    final float[] distillation;
    final float[] projected;

    Gradients(float[] crossEntropy, float[] distillation, float[] projected) {
      this.crossEntropy = crossEntropy;
      this.distillation = distillation;
      this.projected = projected;
    }

    double dot() {
      double dot = 0;
      for (int i = 0; i < crossEntropy.length; i++) {
        dot += (double) crossEntropy[i] * distillation[i];
      }
      return dot;
    }
  }

  private Gradients gradients(ContextSettings context, double lambda, long[] labels) {
    ProGrad method = new ProGrad(context, TEMPLATE, 1, lambda);
    try (TrainableModel model = method.model(clip, NAMES, 1);
        Head teacher = new ZeroShot(List.of(TEMPLATE)).classifier(clip, NAMES);
        Scope scope = Scope.open("test")) {
      Tensor f = TinyClip.features(labels.length);
      Tensor y = Tensor.of(labels, labels.length);
      Tensor ctx = Objects.requireNonNull(model.parameters().get("ctx"));
      try (TextFeatures text = new TextFeatures(clip, PromptText.learned(clip, NAMES, context))) {
        TextFeatures.Pass pass = text.pass(List.of(ctx));
        Tensor raw = pass.output().parameter();
        Tensor t = raw.unitRows();
        Tensor logits = f.matmul(t.transpose(0, 1)).times(clip.logitScale());
        Tensor target = Functions.softmax(teacher.logits(f), 1);
        Tensor kl = target.times(Functions.logSoftmax(logits, 1)).sum(1).mean().times(-1);
        Tensor ce = Functions.crossEntropy(logits, y);
        List<List<Tensor>> taken =
            pass.gradients(
                List.of(
                    Autograd.gradients(ce, List.of(raw), true).get(0),
                    Autograd.gradients(kl, List.of(raw), true).get(0)));
        return new Gradients(
            taken.get(0).get(0).toFloats(),
            taken.get(1).get(0).toFloats(),
            model.step(new Batch(f, y)).gradients().get(0).toFloats());
      }
    }
  }

  /** Returns the label with the highest or the lowest probability of the teacher for each image. */
  private long[] labels(boolean best) {
    try (Head teacher = new ZeroShot(List.of(TEMPLATE)).classifier(clip, NAMES);
        Scope scope = Scope.open("labels")) {
      return teacher.logits(TinyClip.features(4)).times(best ? 1 : -1).argmax(1).toLongs();
    }
  }

  private static final ContextSettings RANDOM = ContextSettings.shared(4, "");

  @Test
  void removesThePartOfTheGradientThatOpposesTheTeacher() {
    for (double lambda : new double[] {1, 0.8}) {
      Gradients g = gradients(RANDOM, lambda, labels(false));
      assertThat(g.dot()).isNegative();
      double square = 0;
      for (float value : g.distillation) {
        square += (double) value * value;
      }
      double left = 0;
      for (int i = 0; i < g.projected.length; i++) {
        // g - lambda (g . u) u with u = g_kl / |g_kl|
        double expected = g.crossEntropy[i] - lambda * g.dot() / square * g.distillation[i];
        assertThat((double) g.projected[i]).isCloseTo(expected, within(1e-5 * Math.sqrt(square)));
        left += g.projected[i] * g.distillation[i] / square;
      }
      // The component along u is multiplied by (1 - lambda).
      assertThat(left).isCloseTo((1 - lambda) * g.dot() / square, within(1e-4));
    }
  }

  @Test
  void keepsAGradientThatAgreesWithTheTeacher() {
    Gradients g = gradients(RANDOM, 1, labels(true));
    assertThat(g.dot()).isPositive();
    assertThat(g.projected).isEqualTo(g.crossEntropy);
  }

  @Test
  void ignoresTheRoundingNoiseOfAStudentThatEqualsItsTeacher() {
    // The student equals the teacher, so the distillation loss is at its minimum. Its gradient is
    // only rounding noise.
    Gradients g = gradients(ContextSettings.shared(4, "a photo of a"), 1, labels(false));
    double noise = 0;
    double real = 0;
    for (int i = 0; i < g.projected.length; i++) {
      noise = Math.max(noise, Math.abs(g.distillation[i]));
      real = Math.max(real, Math.abs(g.crossEntropy[i]));
    }
    assertThat(noise).isLessThan(1e-5 * real);
    assertThat(g.projected).isEqualTo(g.crossEntropy);
  }

  @Test
  void distillsTheTemperedProbabilitiesOfTheTeacher() {
    ProGrad method = new ProGrad(ContextSettings.shared(3, ""), "{} texture", 2, 0.7);
    try (TrainableModel model = moved(clip, method);
        Head teacher = new ZeroShot(List.of("{} texture")).classifier(clip, TinyModels.NAMES);
        Scope scope = Scope.open("test")) {
      double[][] z = rows(teacher.logits(batch().features()));
      double[][] s = rows(model.logits(batch().features()));
      double sum = 0;
      for (int b = 0; b < 2; b++) {
        double[] target = softmax(z[b], 2);
        double[] student = softmax(s[b], 2);
        for (int c = 0; c < 3; c++) {
          sum -= target[c] * Math.log(student[c]);
        }
      }
      Step step = model.step(batch());
      assertThat(loss(step, "distillation")).isCloseTo(4 * sum / 2, within(1e-5));
      assertThat(step.losses().keySet()).containsExactly("cross_entropy", "distillation");
    }
  }
}
