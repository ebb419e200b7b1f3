package org.kgcoop.image.view;

/**
 * Resampling weights for a window of output pixels. For each output pixel they contain the first
 * input pixel with influence and the weights from it on, as integers of {@value #BITS} bits.
 */
final class ResampleWeights {

  /** The number of bits, so that the weighted sum of 8-bit samples fits into an int. */
  static final int BITS = 32 - 8 - 2;

  final int[] starts;
  final int[] counts;

  /** The weights of output pixel i begin at {@code i * slot}. */
  final int[] values;

  final int slot;

  private ResampleWeights(int outputs, int slot) {
    this.starts = new int[outputs];
    this.counts = new int[outputs];
    this.values = new int[Math.multiplyExact(slot, outputs)];
    this.slot = slot;
  }

  /**
   * Computes the weights of output pixels {@code first} to {@code first + window - 1} of {@code
   * outputs}.
   */
  static ResampleWeights of(
      Interpolation interpolation, int inputs, int outputs, int first, int window) {
    double scale = (double) inputs / outputs;
    double filterScale = Math.max(scale, 1);
    double support = interpolation.support() * filterScale;
    int slot = (int) Math.min((long) Math.ceil(support) * 2 + 1, inputs);
    ResampleWeights weights = new ResampleWeights(window, slot);
    double[] exact = new double[slot];
    for (int i = 0; i < window; i++) {
      double center = (first + i + 0.5) * scale;
      int start = Math.max(0, (int) (center - support + 0.5));
      int count = Math.min(inputs, (int) (center + support + 0.5)) - start;
      double sum = 0;
      for (int k = 0; k < count; k++) {
        exact[k] = interpolation.weight((k + start - center + 0.5) * (1 / filterScale));
        sum += exact[k];
      }
      for (int k = 0; k < count; k++) {
        double weight = (sum == 0 ? exact[k] : exact[k] / sum) * (1 << BITS);
        weights.values[i * slot + k] = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
      }
      weights.starts[i] = start;
      weights.counts[i] = count;
    }
    return weights;
  }

  /** Returns the end of the input pixels with influence. */
  int end() {
    return starts[starts.length - 1] + counts[counts.length - 1];
  }
}
