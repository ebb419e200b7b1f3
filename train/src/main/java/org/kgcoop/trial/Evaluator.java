package org.kgcoop.trial;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.eval.Calibration;
import org.kgcoop.eval.Evaluation;
import org.kgcoop.eval.JointEvaluation;
import org.kgcoop.eval.ProbabilityMetrics;
import org.kgcoop.features.Feature;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.FeatureRequest;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.model.Head;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.CalibrationResult;
import org.kgcoop.runs.CalibrationResult.Reliability;
import org.kgcoop.runs.Predictions;
import org.kgcoop.runs.TargetResult;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Evaluation of classifiers on labeled images. */
public final class Evaluator {
  /** Number of images per classification batch, which limits a matrix to 1,024 rows. */
  private static final int BATCH = 1024;

  /** Number of images that are decoded before they are encoded. */
  private static final int AT_A_TIME = 32;

  private static final double CONFIDENCE_DIGITS = 1e4;

  private Evaluator() {}

  /**
   * Predictions of a classifier for images, with metrics.
   *
   * @param evaluation the accuracy and other counts
   * @param probabilities metrics of the agreement between probabilities and accuracy
   * @param predictions the class with the highest probability for each image
   * @param confidences the probability of each prediction
   */
  public record Measurement(
      Evaluation evaluation,
      ProbabilityMetrics probabilities,
      List<Integer> predictions,
      List<Double> confidences) {
    /**
     * Returns the counts and metrics, for the results of a run.
     *
     * @param name the name among the evaluation sets of the run
     * @param distance the distance between learned and hand-crafted class features; NaN if
     *     undefined
     */
    public TargetResult target(String name, TargetResult.EvaluatedSet set, double distance) {
      TargetResult.ClassMeans means =
          new TargetResult.ClassMeans(evaluation.meanPerClassAccuracy(), evaluation.macroF1());
      return new TargetResult(
          name, set, evaluation.correct(), evaluation.total(), means, probabilities, distance);
    }

    /** Returns the share of images whose largest probability reaches a threshold. */
    public double accepted(double threshold) {
      return (double) confidences.stream().filter(each -> each >= threshold).count()
          / confidences.size();
    }

    /** Returns the prediction for each image, for the files of a run. */
    Predictions.OfTarget predictions(String name, List<Item> items) {
      List<String> keys = items.stream().map(Item::key).toList();
      List<Integer> labels = items.stream().map(Item::label).toList();
      List<Double> rounded =
          confidences.stream()
              .map(c -> Math.round(c * CONFIDENCE_DIGITS) / CONFIDENCE_DIGITS)
              .toList();
      return new Predictions.OfTarget(
          name, evaluation.confusion(), keys, labels, predictions, rounded);
    }
  }

  /** Evaluates a classifier on the test images of a data set. */
  public static Measurement evaluate(
      Head classifier, FeatureCache cache, DataSet dataSet, Progress progress) {
    return evaluate(classifier, cache, dataSet, progress, (logits, label) -> {});
  }

  /**
   * Evaluates a classifier on the test images of a data set, and passes on its logits.
   *
   * @param each called with the logits of each image, (C), and its label
   */
  public static Measurement evaluate(
      Head classifier,
      FeatureCache cache,
      DataSet dataSet,
      Progress progress,
      ObjIntConsumer<double[]> each) {
    try (Scope scope = Scope.open("evaluation")) {
      Tensor features = features(classifier, cache, dataSet.test(), progress, "test images");
      return evaluate(classifier, features, dataSet.test(), dataSet.classNames().size(), each);
    }
  }

  /**
   * Evaluates a classifier on given features.
   *
   * @param features the features, (N, E), unit rows
   * @param items the images of these features, in the same order
   */
  public static Measurement evaluate(
      Head classifier, Tensor features, List<Item> items, int classes) {
    return evaluate(classifier, features, items, classes, (logits, label) -> {});
  }

  private static Measurement evaluate(
      Head classifier,
      Tensor features,
      List<Item> items,
      int classes,
      ObjIntConsumer<double[]> each) {
    if (classifier instanceof TrainableModel model) {
      try (Head fixed = model.toHead()) {
        return evaluate(fixed, features, items, classes, each);
      }
    }
    int[] labels = labels(items);
    List<Integer> predictions = new ArrayList<>();
    List<Double> confidences = new ArrayList<>();
    ProbabilityMetrics.Accumulator accumulator = new ProbabilityMetrics.Accumulator(1);
    forEachRow(
        classifier,
        features,
        logits -> {
          Functions.Top top = Functions.top(Functions.softmax(logits, 1), 1);
          Arrays.stream(top.indices().toLongs()).forEach(winner -> predictions.add((int) winner));
          for (double probability : top.values().toFloats()) {
            confidences.add(probability);
          }
        },
        (i, row) -> {
          accumulator.add(row, labels[i]);
          each.accept(row, labels[i]);
        });
    return new Measurement(
        Evaluation.of(labels, predictions.stream().mapToInt(Integer::intValue).toArray(), classes),
        accumulator.metrics(ProbabilityMetrics.BINS),
        predictions,
        confidences);
  }

  /**
   * Evaluates a classifier on base and new classes in one list.
   *
   * @param classifier a classifier for the names of the base classes, followed by the new ones
   * @param baseFeatures the features of the test images of base classes
   * @param newFeatures the features of the test images of new classes
   */
  static JointEvaluation joint(
      Head classifier, DataSet base, DataSet unseen, Tensor baseFeatures, Tensor newFeatures) {
    int baseClasses = base.classNames().size();
    JointEvaluation joint =
        new JointEvaluation(baseClasses, baseClasses + unseen.classNames().size());
    int[] baseLabels = labels(base.test());
    int[] newLabels = labels(unseen.test());
    forEachRow(classifier, baseFeatures, b -> {}, (i, row) -> joint.add(row, baseLabels[i]));
    forEachRow(
        classifier, newFeatures, b -> {}, (i, row) -> joint.add(row, baseClasses + newLabels[i]));
    return joint;
  }

  /**
   * Calls functions with the logits of images.
   *
   * @param batches receives the logits of each batch, (B, C)
   * @param rows receives the index of each image and its logits, (C)
   */
  private static void forEachRow(
      Head classifier,
      Tensor features,
      Consumer<Tensor> batches,
      BiConsumer<Integer, double[]> rows) {
    int count = Math.toIntExact(features.size(0));
    try (Autograd.Switch off = Autograd.off()) {
      for (int from = 0; from < count; from += BATCH) {
        try (Scope scope = Scope.open("classification")) {
          Tensor batch = features.narrow(0, from, Math.min(BATCH, count - from));
          Tensor logits = classifier.finiteLogits(batch); // (B, C)
          batches.accept(logits);
          float[] values = logits.toFloats();
          int classes = Math.toIntExact(logits.size(1));
          for (int i = 0; i * classes < values.length; i++) {
            double[] row = new double[classes];
            for (int c = 0; c < classes; c++) {
              row[c] = values[i * classes + c];
            }
            rows.accept(from + i, row);
          }
        }
      }
    }
  }

  /** Computes the logits of images, (N, C). */
  public static double[][] logits(Head classifier, FeatureCache cache, List<Item> items) {
    double[][] logits = new double[items.size()][];
    try (Scope all = Scope.open("logits")) {
      Tensor features = features(classifier, cache, items, Progress.SILENT, "images");
      forEachRow(classifier, features, batch -> {}, (i, row) -> logits[i] = row);
    }
    return logits;
  }

  /**
   * Measures the calibration of a classifier without and with its temperature.
   *
   * @param classifier the classifier, whose logits are divided by the temperature
   * @param features the features of the images for the classifier, (N, E)
   */
  static CalibrationResult calibration(
      Head classifier, Tensor features, List<Item> items, Calibration calibration) {
    ProbabilityMetrics.Accumulator before =
        new ProbabilityMetrics.Accumulator(1 / calibration.temperature());
    ProbabilityMetrics.Accumulator after = new ProbabilityMetrics.Accumulator(1);
    forEachRow(
        classifier,
        features,
        batch -> {},
        (i, row) -> {
          before.add(row, items.get(i).label());
          after.add(row, items.get(i).label());
        });
    return CalibrationResult.of(calibration, Reliability.of(before), Reliability.of(after));
  }

  /**
   * Computes the distance between class features of two heads: the mean over classes of the squared
   * distance between the unit vectors, 2 (1 - cos).
   *
   * @return the distance, or NaN if the features of a head depend on the image
   */
  static double distance(Head learned, Head other) {
    if (learned.classFeatures().isEmpty() || other.classFeatures().isEmpty()) {
      return Double.NaN;
    }
    try (Scope scope = Scope.open("distance");
        Autograd.Switch off = Autograd.off()) {
      Tensor difference = // (C, E)
          learned.classFeatures().get().minus(other.classFeatures().get());
      return difference.times(difference).sum(1).mean().item();
    }
  }

  static int[] labels(List<Item> items) {
    return items.stream().mapToInt(Item::label).toArray();
  }

  /**
   * Computes features with the test transform for a classifier, (N, E). The features of a trained
   * image encoder are computed here and not cached.
   *
   * @param name the name of the work, for the progress
   */
  static Tensor features(
      Head classifier, FeatureCache cache, List<Item> items, Progress progress, String name) {
    if (classifier.encoder().isEmpty()) {
      return features(cache, items, progress, name);
    }
    ViewEncoder encoder = cache.encoder().by(classifier);
    List<Tensor> features = new ArrayList<>();
    try (Progress.Task task = progress.start(name, items.size())) {
      for (int from = 0; from < items.size(); from += AT_A_TIME) {
        int to = Math.min(from + AT_A_TIME, items.size());
        features.add(encoder.test(items.subList(from, to)));
        task.done(to);
      }
    }
    return Tensor.concat(features, 0);
  }

  /**
   * Returns unit features of the frozen encoder with the test transform, (N, E).
   *
   * @param name the name of the work, for the progress
   */
  static Tensor features(FeatureCache cache, List<Item> items, Progress progress, String name) {
    List<float[]> vectors;
    try (Progress.Task task = progress.start(name, items.size())) {
      vectors = Feature.vectors(cache.get(FeatureRequest.of(items).withProgress(task)));
    }
    return Tensor.ofRows(vectors.toArray(float[][]::new)).to(cache.encoder().device());
  }
}
