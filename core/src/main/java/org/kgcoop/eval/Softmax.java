package org.kgcoop.eval;

import java.util.Comparator;
import java.util.stream.IntStream;

/** Computes probabilities from logits, in double precision and without overflow. */
public final class Softmax {
  private Softmax() {}

  /** Returns log sum exp(scale x logit) over the logits {@code from} to {@code to} - 1. */
  static double logSumExp(double[] logits, int from, int to, double scale) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      largest = Math.max(largest, scale * logits[i]);
    }
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += Math.exp(scale * logits[i] - largest);
    }
    return largest + Math.log(sum);
  }

  /** Returns softmax(scale x logits), (C). */
  public static double[] probabilities(double[] logits, double scale) {
    double logSum = logSumExp(logits, 0, logits.length, scale);
    double[] probabilities = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      probabilities[i] = Math.exp(scale * logits[i] - logSum);
    }
    return probabilities;
  }

  /** Returns one number of softmax(scale x logits). */
  static double probability(double[] logits, int index, double scale) {
    return Math.exp(scale * logits[index] - logSumExp(logits, 0, logits.length, scale));
  }

  /** Returns the indices of values in ascending order, the lowest of equal ones first. */
  static int[] ascending(double[] values) {
    return IntStream.range(0, values.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> values[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** Returns the index of the largest value, the lowest of equal ones. */
  public static int argMax(double[] values) {
    return argMax(values, 0, values.length);
  }

  /**
   * Returns the index of the largest value of {@code from} to {@code to} - 1, the lowest of equal
   * ones.
   */
  static int argMax(double[] values, int from, int to) {
    int best = from;
    for (int i = from + 1; i < to; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }
}
