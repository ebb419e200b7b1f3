package org.kgcoop.api;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.tensor.Scope;

/**
 * The probabilities of a linear head for one feature, computed in Java. For a single row, a call of
 * the native library takes longer than the arithmetic. Sums have a fixed order and double
 * precision, so they do not depend on the processor.
 */
final class LinearAnswers {
  private final float[] weight; // (E, C), so that classes are next to each other
  private final double[] bias; // (C)
  private final double scale;

  private LinearAnswers(FixedHead.Linear head) {
    weight = head.weight().transpose(0, 1).copy().toFloats();
    bias = new double[Math.toIntExact(head.classes())];
    scale = head.scale();
    float[] added = head.bias() == null ? new float[bias.length] : head.bias().toFloats();
    Arrays.setAll(bias, c -> added[c]);
  }

  /** Returns the probabilities of a head, or empty if the head is not linear. */
  static Optional<LinearAnswers> of(Head head) {
    try (Scope scope = Scope.open("linear head")) {
      return head.fixed()
          .filter(FixedHead.Linear.class::isInstance)
          .map(fixed -> new LinearAnswers((FixedHead.Linear) fixed));
    }
  }

  /** Computes the probability of each class, or null if a logit is not finite. */
  float @Nullable [] probabilities(float[] feature) {
    double[] logits = new double[bias.length];
    for (int i = 0; i < feature.length; i++) {
      addTo(logits, feature[i], i * bias.length);
    }
    double largest = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < logits.length; c++) {
      logits[c] = scale * logits[c] + bias[c];
      if (!Float.isFinite((float) logits[c])) {
        return null;
      }
      largest = Math.max(largest, logits[c]);
    }
    double sum = 0;
    for (int c = 0; c < logits.length; c++) {
      logits[c] = StrictMath.exp(logits[c] - largest);
      sum += logits[c];
    }
    float[] probabilities = new float[logits.length];
    for (int c = 0; c < logits.length; c++) {
      probabilities[c] = (float) (logits[c] / sum);
    }
    return probabilities;
  }

  /** Adds the products of one value of the feature, in a loop that the JVM vectorizes. */
  private void addTo(double[] sums, double value, int from) {
    for (int c = 0; c < sums.length; c++) {
      sums[c] += value * weight[from + c];
    }
  }
}
