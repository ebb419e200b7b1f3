package org.kgcoop.verify;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * Compares computed values with the expected ones, at the tolerance of a case.
 *
 * <p>{@code relative} r: {@code max|a - b| <= r max(1e-6, max|b|)} over a tensor, {@code |a - b| <=
 * r max(1, |b|)} for a single value. {@code levels} n and {@code share} s: no 8-bit value differs
 * by more than n, and at most the share s differs. Without a tolerance, values must be equal.
 */
final class Comparison {
  private static final int MAX_PROBLEMS = 3;

  private final JsonNode tolerance;
  private final List<String> problems = new ArrayList<>();
  private double worst;
  private int problemCount;

  Comparison(JsonNode tolerance) {
    this.tolerance = tolerance;
  }

  /** Returns the largest error so far, in the unit of the tolerance. */
  double worst() {
    return worst;
  }

  boolean passed() {
    return problemCount == 0;
  }

  /** Returns the differences, or an empty text. */
  String problems() {
    String rest =
        problemCount > MAX_PROBLEMS ? "; and " + (problemCount - MAX_PROBLEMS) + " more" : "";
    return String.join("; ", problems) + rest;
  }

  String toleranceText() {
    return tolerance.has("relative")
        ? "relative " + tolerance.path("relative").asText()
        : tolerance.has("levels")
            ? "%s levels, share %s"
                .formatted(tolerance.path("levels").asText(), tolerance.path("share").asText())
            : "equal";
  }

  /** Compares all values, relative to the largest expected one. */
  void numbers(String what, double[] actual, double[] expected) {
    if (!hasEqualLength(what, actual.length, expected.length)) {
      return;
    }
    double largest = DoubleStream.of(expected).map(Math::abs).reduce(1e-6, Math::max);
    double error = 0;
    for (int i = 0; i < actual.length; i++) {
      double difference = Math.abs(actual[i] - expected[i]);
      // NaN counts as infinitely wrong.
      error = Math.max(error, difference >= 0 ? difference : Double.POSITIVE_INFINITY);
    }
    relative(what, error / largest);
  }

  private boolean hasEqualLength(String what, int actual, int expected) {
    if (actual != expected) {
      problem(what + " has " + actual + " values, expected " + expected);
    }
    return actual == expected;
  }

  void value(String what, double actual, double expected) {
    double error = Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
    relative(what, error >= 0 ? error : Double.POSITIVE_INFINITY);
  }

  /** Compares values as the kind {@code schedule} does: {@code |a - b| <= r |b|}. */
  void rate(String what, double actual, double expected) {
    double difference = Math.abs(actual - expected);
    relative(what, difference == 0 ? 0 : difference / Math.abs(expected));
  }

  private void relative(String what, double error) {
    worst = Math.max(worst, error);
    double allowed = tolerance.path("relative").asDouble(0);
    if (!(error <= allowed)) {
      problem(String.format(Locale.ROOT, "%s off by %.2e", what, error));
    }
  }

  void pixels(byte[] actual, double[] expected) {
    if (!hasEqualLength("image", actual.length, expected.length)) {
      return;
    }
    int largest = 0;
    long different = 0;
    for (int i = 0; i < actual.length; i++) {
      int difference = (int) Math.abs((actual[i] & 0xFF) - Math.round(expected[i]));
      largest = Math.max(largest, difference);
      different += difference > 0 ? 1 : 0;
    }
    double share = actual.length == 0 ? 0 : (double) different / actual.length;
    worst = Math.max(worst, largest);
    if (largest > tolerance.path("levels").asInt(0)
        || share > tolerance.path("share").asDouble(0)) {
      problem(String.format(Locale.ROOT, "image off by up to %d in %.2f %%", largest, 100 * share));
    }
  }

  void equal(String what, Object actual, Object expected) {
    if (!actual.equals(expected)) {
      worst = Double.POSITIVE_INFINITY;
      problem(what + " is " + shortened(actual) + ", expected " + shortened(expected));
    }
  }

  void problem(String text) {
    problemCount++;
    if (problems.size() < MAX_PROBLEMS) {
      problems.add(text);
    }
  }

  private static String shortened(Object value) {
    String text = String.valueOf(value);
    return text.length() <= 80 ? text : text.substring(0, 77) + "...";
  }
}
