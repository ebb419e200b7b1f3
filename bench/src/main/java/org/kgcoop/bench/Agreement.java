package org.kgcoop.bench;

import java.util.BitSet;

/**
 * The agreement of two computations of the same logits. An error is relative to the largest
 * absolute logit of the image. If the first two classes differ by at most twice the tolerance,
 * rounding could decide the order, so their order is not compared.
 */
final class Agreement {
  /** The largest allowed relative error. */
  static final double TOLERANCE = 1e-4;

  private final BitSet classes = new BitSet();
  private double largestError;
  private int images;
  private int compared;
  private int equal;

  /**
   * Compares images.
   *
   * @param ours logits, {@code count} per image
   * @param theirs logits of the same images
   */
  void add(float[] ours, float[] theirs, int count) {
    if (ours.length != theirs.length || ours.length % count != 0) {
      throw new IllegalArgumentException(
          "logits: expected rows of %s, got %s and %s numbers"
              .formatted(count, ours.length, theirs.length));
    }
    for (int row = 0; row < ours.length; row += count) {
      addImage(ours, theirs, row, row + count);
    }
  }

  private void addImage(float[] ours, float[] theirs, int from, int to) {
    int best = best(ours, from, to);
    double size = 0;
    double difference = 0;
    double second = Double.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      size = Math.max(size, Math.abs(ours[i]));
      difference = Math.max(difference, Math.abs((double) ours[i] - theirs[i]));
      if (i != best) {
        second = Math.max(second, ours[i]);
      }
    }
    images++;
    largestError = Math.max(largestError, difference / size); // NaN is kept
    classes.set(best - from);
    if (ours[best] - second > 2 * TOLERANCE * size) {
      compared++;
      equal += best(theirs, from, to) == best ? 1 : 0;
    }
  }

  private static int best(float[] logits, int from, int to) {
    int best = from;
    for (int i = from; i < to; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  /** Returns the largest relative error of a logit, or NaN if a logit was NaN. */
  double largestError() {
    return largestError;
  }

  int images() {
    return images;
  }

  /** Returns the number of images whose best class is clear. */
  int compared() {
    return compared;
  }

  /** Returns the number of compared images whose best class is equal. */
  int equal() {
    return equal;
  }

  /** Returns the number of classes that were the best class of an image. */
  int classesFound() {
    return classes.cardinality();
  }

  boolean holds() {
    return largestError <= TOLERANCE && equal == compared;
  }
}
