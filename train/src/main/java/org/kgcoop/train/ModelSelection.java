package org.kgcoop.train;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** The selection of the parameters that a training returns. */
public enum ModelSelection {
  /** The parameters after the last epoch. */
  LAST,

  /**
   * The parameters after the epoch with the best validation accuracy. If epochs are equal, the
   * first one is selected.
   */
  BEST,

  /** An {@link Average} over epochs. */
  GAUSS;

  /**
   * The mean of the parameters after each epoch, weighted by a normal density of the epoch number,
   * as in PromptSRC: epoch e of 1 to E has the weight {@code N(e; mean, deviation) / sum over
   * epochs}.
   *
   * @param deviation above 0
   */
  public record Average(double mean, double deviation) {
    /**
     * Returns the weight of each epoch.
     *
     * @param epochs E
     * @return weights that sum to 1
     */
    public double[] shares(int epochs) {
      double[] exponents = new double[epochs];
      for (int e = 0; e < epochs; e++) {
        exponents[e] = -Math.pow((e + 1 - mean) / deviation, 2) / 2;
      }
      // Subtract the maximum, so that the weights do not all underflow if the mean is far from all
      // epochs.
      double greatest = Arrays.stream(exponents).max().orElse(0);
      double[] densities = Arrays.stream(exponents).map(x -> Math.exp(x - greatest)).toArray();
      double sum = Arrays.stream(densities).sum();
      return Arrays.stream(densities).map(density -> density / sum).toArray();
    }

    /**
     * Adds the parameters of an epoch to a weighted sum.
     *
     * @param before the sum so far; empty for none
     * @param parameters the parameters after the epoch, by name
     * @param share the weight of the epoch
     */
    public static Map<String, StoredTensor> sum(
        Map<String, StoredTensor> before, Map<String, Tensor> parameters, double share) {
      Map<String, StoredTensor> sums = new LinkedHashMap<>();
      try (Scope scope = Scope.open("average over epochs");
          Autograd.Switch off = Autograd.off()) {
        parameters.forEach(
            (name, parameter) -> {
              Tensor part = parameter.to(Device.CPU).times(share);
              StoredTensor others = before.get(name);
              Tensor sum = others == null ? part : others.tensor().plus(part);
              sums.put(name, StoredTensor.of(name, sum));
            });
      }
      return sums;
    }
  }
}
