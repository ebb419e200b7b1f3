package org.kgcoop.clip;

import java.util.List;
import org.kgcoop.image.view.Interpolation;
import org.kgcoop.image.view.Preprocessing;

/**
 * The default preprocessing of images.
 *
 * @param mean the mean of each channel
 * @param std the standard deviation of each channel
 * @param squashes true if the entire image is resized to a square
 */
public record ImageDefaults(
    List<Double> mean, List<Double> std, Interpolation interpolation, boolean squashes) {
  /** Those of OpenAI's CLIP. */
  public static final ImageDefaults CLIP =
      new ImageDefaults(
          Preprocessing.CLIP_MEAN, Preprocessing.CLIP_STD, Interpolation.BICUBIC, false);

  /**
   * Returns the defaults of models that read the entire image in a square, with values of -1 to 1.
   */
  public static ImageDefaults squashed(Interpolation interpolation) {
    List<Double> half = List.of(0.5, 0.5, 0.5);
    return new ImageDefaults(half, half, interpolation, true);
  }
}
