package org.kgcoop.method;

import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Counts of correct predictions and losses of candidate settings, for images that no candidate has
 * learned from.
 */
public final class LeaveOneOut {
  private static final double EQUAL = 1e-9;

  /** Result without candidates. */
  static final LeaveOneOut NONE = new LeaveOneOut(new long[0], new double[0]);

  private final long[] correct;
  private final double[] losses;

  /**
   * Creates a result.
   *
   * @param correct the number of correct predictions of each candidate, in the order of the grid
   * @param losses the mean cross-entropy of each candidate; NaN if it cannot decide, because
   *     another candidate has more correct predictions or no other has as many
   */
  public LeaveOneOut(long[] correct, double[] losses) {
    if (correct.length != losses.length) {
      throw new IllegalArgumentException(
          "losses: expected %s, got %s".formatted(correct.length, losses.length));
    }
    this.correct = correct.clone();
    this.losses = losses.clone();
  }

  /** Returns the number of correct predictions of each candidate. */
  public long[] correct() {
    return correct.clone();
  }

  /** Returns the mean cross-entropy of each candidate; NaN if it cannot decide. */
  public double[] losses() {
    return losses.clone();
  }

  /**
   * Returns the candidate with the most correct predictions. Ties are resolved by the smallest
   * loss, then by the order of the grid.
   *
   * @return the index of the candidate; empty if there is no candidate
   */
  public OptionalInt best() {
    return IntStream.range(0, correct.length).reduce((a, b) -> isBetter(b, a) ? b : a);
  }

  private boolean isBetter(int candidate, int best) {
    return correct[candidate] == correct[best]
        ? losses[candidate] < losses[best] - EQUAL
        : correct[candidate] > correct[best];
  }

  /** Returns the first candidate with the most correct predictions, as published searches do. */
  public OptionalInt firstBest() {
    return IntStream.range(0, correct.length).reduce((a, b) -> correct[b] > correct[a] ? b : a);
  }

  /** Counter of correct predictions and losses. */
  static final class Counter {
    private final long[] correct;
    private final double[] losses;

    Counter(int candidates) {
      correct = new long[candidates];
      losses = new double[candidates];
    }

    /**
     * Adds the logits of images, computed with a candidate.
     *
     * @param logits the logits, (B, C), float64
     * @param labels the labels of the B images
     */
    void add(int candidate, Tensor logits, long[] labels) {
      try (Scope scope = Scope.open("candidate")) {
        long[] predicted = logits.argmax(1).toLongs();
        for (int i = 0; i < labels.length; i++) {
          correct[candidate] += predicted[i] == labels[i] ? 1 : 0;
        }
        Tensor loss = Functions.crossEntropy(logits, Tensor.of(labels, labels.length));
        losses[candidate] += loss.toDoubles()[0] * labels.length;
      }
    }

    /**
     * Returns the counts and mean losses.
     *
     * @param images the number of images that were added for each candidate
     */
    LeaveOneOut result(int images) {
      double[] means = new double[losses.length];
      for (int i = 0; i < means.length; i++) {
        means[i] = losses[i] / images;
      }
      return new LeaveOneOut(correct, means);
    }
  }
}
