package org.kgcoop.clip;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Linear;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * The scales that prepare an image encoder for int8. Some channels behind a norm are much larger
 * than the others in released models. They would take the precision of the other channels.
 * Smoothing divides gain and bias of the norm by a scale per channel and multiplies the columns of
 * the next weight by it, which leaves the product as it is: {@code scale = max|x|^a /
 * max|w|^(1-a)}. Source: Xiao et al., "SmoothQuant", ICML 2023. The scales are multiples of an
 * eighth in the exponent of two, so that they are equal on processors whose last bits differ.
 * Rounding to whole powers of two doubles the error.
 */
final class Smoothing {
  /** Best for the imitated outliers of the command {@code bench precision}, of 0.5, 0.6, 0.7. */
  private static final double ALPHA = 0.6;

  private static final int STEPS = 8; // per power of two

  /** The endings of the weights behind a norm, and of this norm. */
  private static final Map<String, String> READERS =
      Map.of("attn.in_proj_weight", "ln_1", "mlp.c_fc.weight", "ln_2");

  private final Map<String, float[]> inputs = new HashMap<>(); // max|x| by norm
  private final Map<String, Tensor> readers = new HashMap<>(); // the weight behind each norm

  /** Returns the name of the norm in front of a weight, if there is one. */
  static Optional<String> normBefore(String weight) {
    return READERS.entrySet().stream()
        .filter(reader -> weight.endsWith("." + reader.getKey()))
        .map(r -> weight.substring(0, weight.length() - r.getKey().length()) + r.getValue())
        .findFirst();
  }

  /** Returns weights whose layers report their inputs while an encoder computes in float32. */
  WeightSource observing(WeightSource weights) {
    return new ForwardedWeights(weights) {
      @Override
      public Linear linear(
          String name, Tensor bias, double scale, Linear.Packs packs, long outputs, long inputs) {
        Linear layer = weights.linear(name, bias, scale, packs, outputs, inputs);
        Optional<String> norm = packs == Linear.Packs.NEVER ? Optional.empty() : normBefore(name);
        norm.ifPresent(
            n -> {
              readers.put(n, weights.compute(name, outputs, inputs));
              layer.observedBy(x -> add(n, largest(x)));
            });
        return layer;
      }
    };
  }

  private static float[] largest(Tensor rows) {
    try (Scope scope = Scope.open("largest")) {
      return Functions.largestOfColumns(rows).toFloats();
    }
  }

  private synchronized void add(String norm, float[] largest) {
    inputs.merge(
        norm,
        largest,
        (a, b) -> {
          for (int i = 0; i < a.length; i++) {
            a[i] = Math.max(a[i], b[i]);
          }
          return a;
        });
  }

  /** Returns the scale of an exponent in eighths. */
  static float scale(int exponent) {
    return (float) Math.pow(2, (double) exponent / STEPS);
  }

  /** Returns the exponents of the scales, in eighths, by the norm. The weights are open. */
  synchronized Map<String, int[]> scales() {
    Map<String, int[]> scales = new TreeMap<>();
    inputs.forEach(
        (norm, x) -> {
          float[] w = largest(Objects.requireNonNull(readers.get(norm), norm));
          scales.put(norm, IntStream.range(0, x.length).map(i -> exponent(x[i], w[i])).toArray());
        });
    return scales;
  }

  private static int exponent(double x, double w) {
    double log = ALPHA * Math.log(x) - (1 - ALPHA) * Math.log(w);
    return Double.isFinite(log)
        ? (int) Math.rint(STEPS * log / Math.log(2))
        : 0; // channels of zeros
  }
}
