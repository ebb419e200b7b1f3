package org.kgcoop.method.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.kgcoop.fixtures.Losses.loss;
import static org.kgcoop.fixtures.Losses.rows;
import static org.kgcoop.fixtures.Losses.softmax;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kgcoop.model.Head;
import org.kgcoop.model.ModelInputs;
import org.kgcoop.model.Step;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.tensor.Scope;

class PromptSrcTest extends EncoderMethodContract {
  private static final List<String> TEMPLATES = List.of("a photo of a {}.", "the {}", "{} texture");

  @Override
  List<EncoderMethod> methods() {
    return List.of(
        new PromptSrc(new VisionLanguagePrompts(2, "", 3, 3, 2), TEMPLATES, 2, 3),
        new PromptSrc(new VisionLanguagePrompts(2, "", 1, 1, 1), List.of("the {}"), 0, 0.5),
        new PromptSrc(new VisionLanguagePrompts(2, "", 2, 0, 0), TEMPLATES, 3, 1));
  }

  @Test
  void itsLossesAreThoseOfPlainLoops() {
    PromptSrc method = new PromptSrc(new VisionLanguagePrompts(2, "", 3, 3, 2), TEMPLATES, 7, 3);
    try (TrainableModel model = moved(method);
        Head classifier = model.toHead();
        Scope scope = Scope.open("test")) {
      assertThat(model.inputs()).isEqualTo(ModelInputs.rows(0, true));
      double[][] f = rows(features(classifier));
      double[][] f0 = rows(frozen());
      double[][] t = rows(classifier.classFeatures().orElseThrow());
      double[][] t0 = taught();
      double divergence = 0;
      for (int b = 0; b < f.length; b++) {
        double[] student = softmax(logits(f[b], t), 1);
        double[] teacher = softmax(logits(f0[b], t0), 1);
        for (int c = 0; c < t.length; c++) {
          divergence += teacher[c] * Math.log(teacher[c] / student[c]) / f.length / t.length;
        }
      }
      Step step = model.step(batch(model));
      assertThat(loss(step, "text")).isCloseTo(distance(t, t0), within(1e-5));
      assertThat(loss(step, "image")).isCloseTo(distance(f, f0), within(1e-5));
      assertThat(loss(step, "logits")).isCloseTo(divergence, within(1e-5));
      assertThat(loss(step, "loss"))
          .isCloseTo(
              loss(step, "cross_entropy") + 7 * distance(t, t0) + 3 * distance(f, f0) + divergence,
              within(1e-4));
      assertThat(step.losses().keySet())
          .containsExactlyInAnyOrder("loss", "cross_entropy", "text", "image", "logits");
    }
  }

  /** Computes the mean of features that are not normalized, and normalizes the mean. */
  private double[][] taught() {
    double[][] sum = new double[NAMES.size()][12];
    for (int c = 0; c < sum.length; c++) {
      for (String template : TEMPLATES) {
        String text = template.replace("{}", NAMES.get(c).replace('_', ' '));
        double[] feature = rows(TextFeatures.ofTexts(clip, List.of(text)))[0];
        for (int e = 0; e < 12; e++) {
          sum[c][e] += feature[e];
        }
      }
      double squares = 0;
      for (double value : sum[c]) {
        squares += value * value;
      }
      for (int e = 0; e < 12; e++) {
        sum[c][e] /= Math.sqrt(squares);
      }
    }
    return sum;
  }

  private double[] logits(double[] feature, double[][] texts) {
    double[] logits = new double[texts.length];
    for (int c = 0; c < texts.length; c++) {
      for (int e = 0; e < feature.length; e++) {
        logits[c] += clip.logitScale() * feature[e] * texts[c][e];
      }
    }
    return logits;
  }

  private static double distance(double[][] a, double[][] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      for (int e = 0; e < a[i].length; e++) {
        sum += Math.abs(a[i][e] - b[i][e]) / a.length / a[i].length;
      }
    }
    return sum;
  }

  @Test
  void publishedAreSixtyTemplatesAndAMeanOverEpochs() {
    assertThat(PromptSrc.TEMPLATES).hasSize(60).doesNotHaveDuplicates();
    assertThat(methods().get(0).defaults().settings()).containsEntry("model_selection", "gauss");
  }

  @Test
  void rejectsWrongSettings() {
    refused(
        () -> read(new PromptSrc(new VisionLanguagePrompts(2, "", 1, 1, 1), List.of(), 1, 1)),
        "expected at least one template");
    refused(
        () -> read(new PromptSrc(new VisionLanguagePrompts(2, "", 1, 1, 1), TEMPLATES, -1, 1)),
        "setting text_weight: expected at least 0, got -1.0");
    refused(
        () ->
            read(
                new PromptSrc(new VisionLanguagePrompts(2, "", 1, 1, 1), TEMPLATES, 1, Double.NaN)),
        "setting image_weight: expected at least 0, got NaN");
    refused(
        () ->
            new PromptSrc(new VisionLanguagePrompts(2, "", 4, 1, 1), TEMPLATES, 1, 1)
                .model(clip, NAMES, 1)
                .close(),
        "PromptSRC's depth 4: the text encoder of this CLIP has 3 blocks");
  }
}
