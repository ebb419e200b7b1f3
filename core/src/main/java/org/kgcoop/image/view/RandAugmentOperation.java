package org.kgcoop.image.view;

import com.google.errorprone.annotations.Immutable;
import org.apache.commons.rng.core.source64.SplitMix64;
import org.kgcoop.image.RgbImage;

/**
 * The operations of RandAugment, with the ranges of Dassl.pytorch. Lengths are pixels of the
 * model's square. Signs are random.
 */
enum RandAugmentOperation {
  AUTO_CONTRAST(0, 1, (image, v, random) -> PixelOperations.autoContrast(image)),
  EQUALIZE(0, 1, (image, v, random) -> PixelOperations.equalize(image)),
  INVERT(0, 1, (image, v, random) -> PixelOperations.mapped(image, level -> 255 - level)),
  /** Degrees. */
  ROTATE(0, 30, (image, v, random) -> PixelOperations.rotated(image, signed(v, random))),
  /** The number of bits to keep. */
  POSTERIZE(4, 8, (image, v, random) -> PixelOperations.posterized(image, (int) v)),
  /** The level from which samples are inverted. */
  SOLARIZE(0, 256, (image, v, random) -> PixelOperations.solarized(image, v)),
  /** The value to add before samples from 128 on are inverted. */
  SOLARIZE_ADD(
      0,
      110,
      (image, v, random) ->
          PixelOperations.solarized(
              PixelOperations.mapped(image, level -> Math.min(255, level + (int) v)), 128)),
  SATURATION(0.1, 1.9, (image, v, random) -> PixelOperations.saturation(image, v)),
  CONTRAST(0.1, 1.9, (image, v, random) -> PixelOperations.contrast(image, v)),
  BRIGHTNESS(0.1, 1.9, (image, v, random) -> PixelOperations.brightness(image, v)),
  SHARPNESS(0.1, 1.9, (image, v, random) -> PixelOperations.sharpness(image, v)),
  SHEAR_X(
      0,
      0.3,
      (image, v, random) -> PixelOperations.affine(image, 1, signed(v, random), 0, 0, 1, 0)),
  SHEAR_Y(
      0,
      0.3,
      (image, v, random) -> PixelOperations.affine(image, 1, 0, 0, signed(v, random), 1, 0)),
  /** The side of a square with the mean color of ImageNet. */
  CUTOUT(0, 40, RandAugmentOperation::cutOut),
  TRANSLATE_X(
      0,
      100,
      (image, v, random) -> PixelOperations.affine(image, 1, 0, signed(v, random), 0, 1, 0)),
  TRANSLATE_Y(
      0,
      100,
      (image, v, random) -> PixelOperations.affine(image, 1, 0, 0, 0, 1, signed(v, random)));

  @Immutable
  private interface Operation {
    RgbImage apply(RgbImage image, double value, SplitMix64 random);
  }

  private final double least;
  private final double greatest;
  private final Operation operation;

  RandAugmentOperation(double least, double greatest, Operation operation) {
    this.least = least;
    this.greatest = greatest;
    this.operation = operation;
  }

  /**
   * Applies the operation.
   *
   * @param strength 0 to 1, the position in the range
   */
  RgbImage apply(RgbImage image, double strength, SplitMix64 random) {
    return operation.apply(image, least + strength * (greatest - least), random);
  }

  private static double signed(double value, SplitMix64 random) {
    return random.nextDouble() > 0.5 ? -value : value;
  }

  private static RgbImage cutOut(RgbImage image, double side, SplitMix64 random) {
    int left = (int) Math.max(0, Views.between(random, 0, image.width()) - side / 2);
    int top = (int) Math.max(0, Views.between(random, 0, image.height()) - side / 2);
    return PixelOperations.filled(
        image, left, top, (int) (left + side) + 1, (int) (top + side) + 1, 125, 123, 114);
  }
}
