package org.kgcoop.image.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The preprocessing of an image for a model.
 *
 * @param size the side of the model's square input, in pixels; with {@code patches}, only training
 *     views are squares
 * @param channels 3 (color) or 1 (gray)
 * @param mean the value to subtract from each channel, on a scale of 0 to 1
 * @param std the divisor of each channel, applied after the mean
 * @param interpolation the filter of resizing
 * @param shorterSide the length of the shorter side in pixels, before the center square is cropped;
 *     0 to resize the entire image to the square, whatever its shape
 * @param patches the sizes of images whose shape is kept, or null
 */
public record Preprocessing(
    int size,
    int channels,
    List<Double> mean,
    List<Double> std,
    Interpolation interpolation,
    int shorterSide,
    @Nullable PatchGrid patches) {

  /** The mean of CLIP's training images. */
  public static final List<Double> CLIP_MEAN = List.of(0.48145466, 0.4578275, 0.40821073);

  /** The standard deviation of CLIP's training images. */
  public static final List<Double> CLIP_STD = List.of(0.26862954, 0.26130258, 0.27577711);

  public Preprocessing {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    if (size < 1 || size > 8192) {
      throw new IllegalArgumentException("size: expected 1 to 8192, got " + size);
    }
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException("channels: expected 1 or 3, got " + channels);
    }
    if (mean.size() != channels || std.size() != channels) {
      throw new IllegalArgumentException(
          "mean and std: expected %s values each, got %s and %s"
              .formatted(channels, mean.size(), std.size()));
    }
    if (shorterSide != 0 && (shorterSide < size || shorterSide > 8192)) {
      throw new IllegalArgumentException(
          "shorter side: expected %s (the square) to 8192, got %s".formatted(size, shorterSide));
    }
    if (std.stream().anyMatch(value -> !(value > 0))) {
      throw new IllegalArgumentException("std: expected positive values, got " + std);
    }
  }

  /** Creates preprocessing to squares. */
  public Preprocessing(
      int size,
      int channels,
      List<Double> mean,
      List<Double> std,
      Interpolation interpolation,
      int shorterSide) {
    this(size, channels, mean, std, interpolation, shorterSide, null);
  }

  /** Returns true if the entire image is resized to the square, whatever its shape. */
  public boolean isSquashed() {
    return shorterSide == 0 && patches == null;
  }

  /** Returns this preprocessing with the sizes of images whose shape is kept, or null for none. */
  public Preprocessing with(@Nullable PatchGrid patches) {
    return new Preprocessing(size, channels, mean, std, interpolation, shorterSide, patches);
  }

  /** Returns the preprocessing of OpenAI's CLIP models, at this size. */
  public static Preprocessing clip(int size) {
    return new Preprocessing(size, 3, CLIP_MEAN, CLIP_STD, Interpolation.BICUBIC, size);
  }

  /**
   * Returns the preprocessing of models that read the entire color image in a square, with values
   * of -1 to 1.
   */
  public static Preprocessing squashed(int size, Interpolation interpolation) {
    List<Double> half = List.of(0.5, 0.5, 0.5);
    return new Preprocessing(size, 3, half, half, interpolation, 0);
  }
}
