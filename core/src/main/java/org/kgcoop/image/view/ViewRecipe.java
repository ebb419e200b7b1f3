package org.kgcoop.image.view;

import org.apache.commons.rng.core.source64.SplitMix64;
import org.jspecify.annotations.Nullable;
import org.kgcoop.image.Crop;
import org.kgcoop.image.Reduction;
import org.kgcoop.image.RgbImage;
import org.kgcoop.random.Seeds;

/**
 * A recipe for random views of training images: a crop, then a flip.
 *
 * <p>A view is a pure function of (seed, number of the view, key of the image, image). Its
 * generator is SplitMix64, seeded with the first eight bytes, big-endian, of the SHA-256 of the
 * UTF-8 text {@code view:SEED:NUMBER:KEY}. Views therefore do not depend on the order of images or
 * on threads.
 *
 * @param crop null to resize the entire image to the model's square, whatever its shape, as in
 *     Dassl.pytorch
 * @param flips true for a horizontal flip with probability 0.5
 */
public record ViewRecipe(@Nullable RandomResizedCrop crop, boolean flips) {
  /** The name of the flip in options and files, as in Dassl.pytorch. */
  public static final String FLIP = "random_flip";

  /** The name of {@link #NONE}. */
  public static final String NO_CHANGE = "none";

  /** The recipe of the published runs. */
  public static final ViewRecipe PUBLISHED = new ViewRecipe(new RandomResizedCrop(0.08, 1), true);

  /** A recipe without random changes. */
  public static final ViewRecipe NONE = new ViewRecipe(null, false);

  /** Returns the names of the changes with their numbers, for files. */
  public String id() {
    if (crop == null) {
      return flips ? FLIP : NO_CHANGE;
    }
    return flips ? crop.id() + "," + FLIP : crop.id();
  }

  /**
   * Returns view number {@code number} of an image.
   *
   * @param key the identity of the image, such as its path within the data set
   * @param transform the transform of the model
   * @return a square of the model's size
   */
  public RgbImage view(long seed, long number, String key, RgbImage image, Transform transform) {
    SplitMix64 random = random(seed, number, key);
    Crop part = crop == null ? image.whole() : crop.of(random, image.width(), image.height());
    RgbImage view = transform.train(image, part);
    return flips && random.nextDouble() < 0.5 ? view.flipped() : view;
  }

  /** Returns the reduction of photos for these views, which depends on their smallest crop. */
  public Reduction reduction(Transform transform) {
    return transform.reduction(crop == null ? 1 : crop.leastSide());
  }

  static SplitMix64 random(long seed, long number, String key) {
    return Seeds.generator("view:%s:%s:%s".formatted(seed, number, key));
  }
}
