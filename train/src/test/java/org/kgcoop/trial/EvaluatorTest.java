package org.kgcoop.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.fixtures.TestImages;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.image.Images;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.model.Head;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.progress.Progress;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class EvaluatorTest {
  private static final List<String> NAMES = List.of("cat", "dog", "ice cream");

  private final Clip clip = TinyClip.load();
  @TempDir Path folder;

  @AfterEach
  void close() {
    clip.close();
  }

  @Test
  void numbersAreThoseOfPlainLoops() {
    int count = 70; // more than two batches of 32
    PythonRandom random = new PythonRandom(4);
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int label = random.below(3);
      items.add(new Item("p" + i, Path.of("p" + i), label, NAMES.get(label)));
    }
    try (Head classifier = new ZeroShot(List.of("a photo of a {}.")).classifier(clip, NAMES);
        Scope scope = Scope.open("test")) {
      Tensor features = TinyClip.features(count);
      Evaluator.Measurement result = Evaluator.evaluate(classifier, features, items, 3);

      float[] logits = classifier.logits(features).toFloats();
      int correct = 0;
      long[][] confusion = new long[3][3];
      double[] right = new double[15];
      double[] sure = new double[15];
      for (int i = 0; i < count; i++) {
        int best = 0;
        double sum = 0;
        for (int c = 0; c < 3; c++) {
          best = logits[3 * i + c] > logits[3 * i + best] ? c : best;
        }
        for (int c = 0; c < 3; c++) {
          sum += Math.exp(logits[3 * i + c] - logits[3 * i + best]);
        }
        int label = items.get(i).label();
        correct += best == label ? 1 : 0;
        confusion[label][best]++;
        int bin = (int) Math.ceil(1 / sum * 15) - 1;
        right[bin] += best == label ? 1 : 0;
        sure[bin] += 1 / sum;
      }
      double brier = 0;
      double likelihood = 0;
      for (int i = 0; i < count; i++) {
        double sum = 0;
        for (int c = 0; c < 3; c++) {
          sum += Math.exp(logits[3 * i + c]);
        }
        for (int c = 0; c < 3; c++) {
          double truth = items.get(i).label() == c ? 1 : 0;
          double share = Math.exp(logits[3 * i + c]) / sum;
          brier += (share - truth) * (share - truth) / count;
          likelihood -= truth * Math.log(share) / count;
        }
      }
      double calibration = 0;
      for (int bin = 0; bin < 15; bin++) {
        calibration += Math.abs(right[bin] - sure[bin]) / count;
      }
      assertThat(result.evaluation().correct()).isEqualTo(correct).isBetween(1L, count - 1L);
      assertThat(result.evaluation().total()).isEqualTo(count);
      assertThat(result.evaluation().accuracy()).isCloseTo(100.0 * correct / count, within(1e-12));
      for (int c = 0; c < 3; c++) {
        for (int p = 0; p < 3; p++) {
          assertThat(result.evaluation().confusion().get(c).get(p)).isEqualTo(confusion[c][p]);
        }
      }
      assertThat(result.probabilities().expectedCalibrationError())
          .isCloseTo(calibration, within(1e-6));
      assertThat(result.probabilities().brier()).isCloseTo(brier, within(1e-9));
      assertThat(result.probabilities().negativeLogLikelihood())
          .isCloseTo(likelihood, within(1e-9));
    }
  }

  @Test
  void aLearnerIsEvaluatedByItsLogits() {
    DataSet data = TestImages.dataSet(folder, NAMES, 1, 0, 12);
    ViewEncoder encoder = new ViewEncoder(clip, new Images(warning -> {}));
    try (TrainableModel model =
            new CoOp(ContextSettings.shared(3, "")).model(clip, data.classNames(), 1);
        Scope scope = Scope.open("test")) {
      Evaluator.Measurement result =
          Evaluator.evaluate(model, FeatureCache.inMemory(encoder), data, Progress.SILENT);
      // Classify one image at a time with the trainable model.
      int correct = 0;
      for (Item item : data.test()) {
        Tensor logits = model.logits(encoder.test(List.of(item)));
        correct += logits.argmax(1).toLongs()[0] == item.label() ? 1 : 0;
      }
      assertThat(result.evaluation().total()).isEqualTo(36);
      assertThat(result.evaluation().correct()).isEqualTo(correct);
    }
  }
}
