package org.kgcoop.experiment;

import java.util.List;
import org.kgcoop.bank.FeatureBank;
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
  /** Pictures that are classified at a time: a matrix of 1,024 by the classes. */
  private static final int BATCH = 1024;

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
      FeatureClassifier classifier, FeatureBank bank, DataSet dataSet, Progress progress) {
    try (Scope scope = Scope.open("evaluation")) {
      Tensor features = features(bank, dataSet.test(), progress, "test pictures");
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
  static Tensor features(FeatureBank bank, List<Item> items, Progress progress, String name) {
    List<float[]> vectors;
    try (Progress.Task task = progress.start(name, items.size())) {
      vectors = bank.test(items, task::done).vectors();
    }
    int width = vectors.get(0).length;
    float[] values = new float[Math.multiplyExact(items.size(), width)];
    for (int i = 0; i < items.size(); i++) {
      System.arraycopy(vectors.get(i), 0, values, i * width, width);
    }
    return Tensor.of(values, items.size(), width).to(bank.encoder().device());
  }
}
