package org.kgcoop.pretrain;

import java.util.Collections;
import java.util.List;
import org.kgcoop.image.view.Interpolation;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.tensor.Tensor;

/**
 * The normalization of samples: white becomes 0, black -2. Drawings are mostly white, and 0 is also
 * the padding value of convolutions.
 */
final class Normalisation {
  private static final double MEAN = 1;
  private static final double DEVIATION = 0.5;

  private Normalisation() {}

  /** Returns the preprocessing of the final model. */
  static Preprocessing preprocessing(int size, int channels) {
    List<Double> mean = Collections.nCopies(channels, MEAN);
    List<Double> deviation = Collections.nCopies(channels, DEVIATION);
    return new Preprocessing(size, channels, mean, deviation, Interpolation.BICUBIC);
  }

  /**
   * Normalizes images.
   *
   * @param samples (B, R, R, channels), 0 to 255
   * @return (B, channels, R, R); the channels of a pixel are adjacent in memory
   */
  static Tensor of(Tensor samples) {
    return samples.plus(-255 * MEAN).times(1 / (255 * DEVIATION)).permute(0, 3, 1, 2);
  }
}
