package org.kgcoop.eval;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The counts of predictions, from which all percentages are computed.
 *
 * @param confusion the number of images per true class (row, by label) and predicted class (column)
 */
public record Evaluation(List<List<Long>> confusion) {

  public Evaluation {
    confusion = confusion.stream().map(List::copyOf).toList();
    int classes = confusion.size();
    if (confusion.stream().anyMatch(row -> row.size() != classes)) {
      throw new IllegalArgumentException(
          "confusion: expected %s x %s counts".formatted(classes, classes));
    }
  }

  /** Counts predictions and labels, both from 0 to {@code classes} - 1. */
  public static Evaluation of(int[] labels, int[] predictions, int classes) {
    if (labels.length != predictions.length) {
      throw new IllegalArgumentException(
          "predictions: expected %s, got %s".formatted(labels.length, predictions.length));
    }
    long[][] counts = new long[classes][classes];
    for (int i = 0; i < labels.length; i++) {
      counts[label(labels[i], classes)][label(predictions[i], classes)]++;
    }
    return new Evaluation(
        Arrays.stream(counts).map(row -> Arrays.stream(row).boxed().toList()).toList());
  }

  private static int label(int label, int classes) {
    if (label < 0 || label >= classes) {
      throw new IllegalArgumentException(
          "label: expected 0 to %s, got %s".formatted(classes - 1, label));
    }
    return label;
  }

  private int classes() {
    return confusion.size();
  }

  /** Returns the number of images. */
  public long total() {
    return confusion.stream().flatMap(List::stream).mapToLong(Long::longValue).sum();
  }

  /** Returns the number of correct predictions. */
  public long correct() {
    return IntStream.range(0, classes()).mapToLong(this::hits).sum();
  }

  /** Returns the share of correct images in percent; 0 if there are no images. */
  public double accuracy() {
    return percent(correct(), total());
  }

  /** Returns the share of wrong images in percent; 0 if there are no images. */
  public double errorRate() {
    return percent(total() - correct(), total());
  }

  /** Returns the accuracy per label in percent; NaN for a label without images. */
  public List<Double> perClassAccuracy() {
    return IntStream.range(0, classes())
        .mapToObj(
            label -> sumOfRow(label) == 0 ? Double.NaN : percent(hits(label), sumOfRow(label)))
        .toList();
  }

  /** Returns the mean accuracy of the labels with images, in percent. */
  public double meanPerClassAccuracy() {
    return perClassAccuracy().stream()
        .mapToDouble(Double::doubleValue)
        .filter(Double::isFinite)
        .average()
        .orElse(0);
  }

  /** Returns the mean F1 of the labels with images, times 100. */
  public double macroF1() {
    double sum = 0;
    int present = 0;
    for (int label = 0; label < classes(); label++) {
      long labelCount = sumOfRow(label);
      if (labelCount > 0) {
        sum += 2.0 * hits(label) / (labelCount + sumOfColumn(label)); // = 2PR / (P + R)
        present++;
      }
    }
    return present == 0 ? 0 : 100 * sum / present;
  }

  private long hits(int label) {
    return confusion.get(label).get(label);
  }

  private long sumOfRow(int label) {
    return confusion.get(label).stream().mapToLong(Long::longValue).sum();
  }

  private long sumOfColumn(int label) {
    return confusion.stream().mapToLong(row -> row.get(label)).sum();
  }

  private static double percent(long part, long whole) {
    return whole == 0 ? 0 : 100.0 * part / whole;
  }
}
