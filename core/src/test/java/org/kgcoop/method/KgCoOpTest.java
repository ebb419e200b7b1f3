package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.kgcoop.fixtures.Losses.loss;
import static org.kgcoop.fixtures.Losses.rows;
import static org.kgcoop.method.TinyModels.NAMES;
import static org.kgcoop.method.TinyModels.batch;
import static org.kgcoop.method.TinyModels.classFeatures;
import static org.kgcoop.method.TinyModels.moved;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.model.Head;
import org.kgcoop.model.Step;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.tensor.Scope;

/** Compares the loss of KgCoOp with plain loops, and with CoOp. */
class KgCoOpTest {
  private final Clip clip = TinyClip.load();

  @AfterEach
  void close() {
    clip.close();
  }

  @Test
  void addsTheWeightedMeanOfOneMinusTheCosines() {
    KgCoOp method = new KgCoOp(ContextSettings.shared(3, ""), "a photo of a {}.", 3, 0);
    try (TrainableModel model = moved(clip, method);
        Scope scope = Scope.open("test")) {
      double[][] learned = classFeatures(clip, model);
      double[][] hand = rows(TextFeatures.handCrafted(clip, NAMES, "a photo of a {}."));
      double knowledge = 0;
      double squared = 0;
      for (int c = 0; c < 3; c++) {
        double cosine = 0;
        for (int e = 0; e < 12; e++) {
          cosine += learned[c][e] * hand[c][e];
          squared += Math.pow(learned[c][e] - hand[c][e], 2);
        }
        knowledge += (1 - cosine) / 3;
      }
      Step step = model.step(batch());
      assertThat(loss(step, "knowledge")).isCloseTo(knowledge, within(1e-6));
      // In the paper, the loss is half of the squared distance.
      assertThat(loss(step, "knowledge")).isCloseTo(squared / 3 / 2, within(1e-6));
      assertThat(loss(step, "loss"))
          .isCloseTo(loss(step, "cross_entropy") + 3 * knowledge, within(1e-5));
      assertThat(step.losses().keySet()).containsExactly("loss", "cross_entropy", "knowledge");
    }
  }

  @Test
  void equalsCoOpIfTheWeightIsZero() {
    ContextSettings context = ContextSettings.shared(3, "");
    try (TrainableModel kg = moved(clip, new KgCoOp(context, "{} texture", 0, 0));
        TrainableModel co = moved(clip, new CoOp(context));
        Scope scope = Scope.open("test")) {
      Step a = kg.step(batch());
      Step b = co.step(batch());
      assertThat(loss(a, "loss")).isEqualTo(loss(b, "loss"));
      float[] expected = b.gradients().get(0).toFloats();
      assertThat(a.gradients().get(0).toFloats()).isEqualTo(expected);
    }
  }

  /** The random CLIPs have the logit scale 1 / 0.07. */
  @Test
  void scalesTheWeightToTheLogitScale() {
    ContextSettings context = ContextSettings.shared(3, "");
    try (TrainableModel plain = moved(clip, new KgCoOp(context, "a photo of a {}.", 3, 0));
        TrainableModel scaled =
            moved(clip, new KgCoOp(context, "a photo of a {}.", 30, 10 / 0.07));
        Scope scope = Scope.open("test")) {
      assertThat(loss(scaled.step(batch()), "loss"))
          .isCloseTo(loss(plain.step(batch()), "loss"), within(1e-5));
    }
  }

  @Test
  void startsWithoutKnowledgeLossAtTheWordsOfTheTemplate() {
    // This includes extra tokens. With 186 merges, "photo" has more than one.
    KgCoOp method = new KgCoOp(ContextSettings.shared(4, "a photo of a"), "a photo of a {}.", 8, 0);
    try (TrainableModel model = method.model(clip, NAMES, 1);
        Head teacher = new ZeroShot(List.of("a photo of a {}.")).classifier(clip, NAMES);
        Scope scope = Scope.open("test")) {
      assertThat(loss(model.step(batch()), "knowledge")).isCloseTo(0, within(1e-6));
      float[] taught = teacher.logits(batch().features()).toFloats();
      assertThat(model.logits(batch().features()).toFloats())
          .containsExactly(taught, within(1e-5f));
    }
  }
}
