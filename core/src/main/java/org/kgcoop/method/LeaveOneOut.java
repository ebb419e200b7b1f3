package org.kgcoop.method;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Counts of correct predictions and losses of candidate settings, for images that no candidate has
 * learned from.
 *
 * @param correct the number of correct predictions of each candidate, in the order of the grid
 * @param losses the mean cross-entropy of each candidate; NaN if it cannot decide, because another
 *     candidate has more correct predictions or no other has as many
 */
@SuppressWarnings("ArrayRecordComponent") // callers need arrays, and never compare
public record LeaveOneOut(long[] correct, double[] losses) {
  private static final double EQUAL = 1e-9;

  /** Result without candidates. */
  static final LeaveOneOut NONE = new LeaveOneOut(new long[0], new double[0]);

  /** Returns the number of images whose largest logit, (B, C), is that of their label. */
  public static int correct(Tensor logits, int[] labels) {
    long[] predicted = logits.argmax(1).toLongs();
    return (int) IntStream.range(0, labels.length).filter(i -> predicted[i] == labels[i]).count();
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
    void add(int candidate, Tensor logits, int[] labels) {
      try (Scope scope = Scope.open("candidate")) {
        correct[candidate] += LeaveOneOut.correct(logits, labels);
        Tensor loss = Functions.crossEntropy(logits, Tensor.indices(labels));
        losses[candidate] += loss.toDoubles()[0] * labels.length;
      }
    }

    /**
     * Returns the counts and mean losses.
     *
     * @param images the number of images that were added for each candidate
     */
    LeaveOneOut result(int images) {
      return new LeaveOneOut(correct, Arrays.stream(losses).map(loss -> loss / images).toArray());
    }
  }
}
