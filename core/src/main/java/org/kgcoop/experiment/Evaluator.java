package org.kgcoop.experiment;

import java.util.List;
import org.kgcoop.bank.PictureEncoder;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.eval.Evaluation;
import org.kgcoop.eval.Metrics;
import org.kgcoop.prompt.FeatureClassifier;
import org.kgcoop.prompt.PromptLearner;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Classifiers on labelled pictures. */
public final class Evaluator {
  /** Pictures that are encoded, and classified, at a time. */
  private static final int BATCH = 32;

  private static final int CALIBRATION_BINS = 10;

  private Evaluator() {}

  /**
   * What a classifier made of some pictures.
   *
   * @param expectedCalibrationError a fraction
   */
  public record Result(Evaluation evaluation, double expectedCalibrationError) {}

  /** On the test pictures of a data set. */
  public static Result evaluate(
      FeatureClassifier classifier, PictureEncoder encoder, DataSet dataSet, Progress progress) {
    try (Scope scope = Scope.open("evaluation")) {
      Tensor features = features(encoder, dataSet.test(), progress, "test pictures");
      return evaluate(classifier, features, dataSet.test(), dataSet.classNames().size());
    }
  }

  /**
   * On features that were encoded before.
   *
   * @param features (N, E), unit rows
   * @param items what they show, in the same order
   */
  public static Result evaluate(
      FeatureClassifier classifier, Tensor features, List<Item> items, int classes) {
    if (classifier instanceof PromptLearner learner) {
      try (FeatureClassifier fixed = learner.fixed()) {
        return evaluate(fixed, features, items, classes);
      }
    }
    int count = items.size();
    int[] labels = items.stream().mapToInt(Item::label).toArray();
    int[] predictions = new int[count];
    double[] confidences = new double[count];
    try (Autograd.Switch off = Autograd.off()) {
      for (int from = 0; from < count; from += BATCH) {
        int size = Math.min(BATCH, count - from);
        try (Scope scope = Scope.open("classification")) {
          Tensor logits = classifier.logits(features.narrow(0, from, size));
          Functions.Top top = Functions.top(Functions.softmax(logits, 1), 1);
          float[] probabilities = top.values().toFloats();
          long[] winners = top.indices().toLongs();
          for (int i = 0; i < size; i++) {
            predictions[from + i] = (int) winners[i];
            confidences[from + i] = probabilities[i];
          }
        }
      }
    }
    return new Result(
        Evaluation.of(labels, predictions, classes),
        Metrics.expectedCalibrationError(labels, predictions, confidences, CALIBRATION_BINS));
  }

  /**
   * Unit features under the test transform: (N, E).
   *
   * @param name of the work, for the progress
   */
  static Tensor features(PictureEncoder encoder, List<Item> items, Progress progress, String name) {
    float[] values = new float[0];
    int width = 0;
    try (Progress.Task task = progress.start(name, items.size())) {
      for (int from = 0; from < items.size(); from += BATCH) {
        int to = Math.min(from + BATCH, items.size());
        try (Scope scope = Scope.open("test pictures")) {
          Tensor part = encoder.test(items.subList(from, to));
          if (from == 0) {
            width = (int) part.size(1);
            values = new float[Math.multiplyExact(items.size(), width)];
          }
          float[] encoded = part.toFloats();
          System.arraycopy(encoded, 0, values, from * width, encoded.length);
        }
        task.done(to);
      }
    }
    return Tensor.of(values, items.size(), width).to(encoder.device());
  }
}
