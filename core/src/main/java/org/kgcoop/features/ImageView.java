package org.kgcoop.features;

import org.jspecify.annotations.Nullable;
import org.kgcoop.image.Reduction;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.Transform;
import org.kgcoop.image.view.ViewRecipe;

/**
 * What an encoder sees of an image: the test view, or a random view.
 *
 * @param recipe the recipe of a random view; null for the test view
 * @param seed the seed of a random view
 * @param number the number of a random view
 */
public record ImageView(@Nullable ViewRecipe recipe, long seed, long number) {
  /** The view by the test transform. */
  static final ImageView TEST = new ImageView(null, 0, 0);

  /**
   * The seed of the views in a cache. It differs from the run's seed, so that runs of all seeds
   * share the views.
   */
  private static final long CACHE_SEED = 0;

  /** Returns a random view of a feature cache. */
  static ImageView cached(ViewRecipe recipe, long number) {
    return new ImageView(recipe, CACHE_SEED, number);
  }

  boolean isTest() {
    return recipe == null;
  }

  /**
   * Returns this view of an image.
   *
   * @param key the key of the image
   */
  RgbImage of(RgbImage image, String key, Transform transform) {
    return recipe == null
        ? transform.test(image)
        : recipe.view(seed, number, key, image, transform);
  }

  /** Returns how much smaller photos are decoded for this view. */
  Reduction reduction(Transform transform) {
    return recipe == null ? transform.reduction() : recipe.reduction(transform);
  }

  /**
   * Returns a text that identifies this view of an image.
   *
   * @param key the key of the image
   */
  String id(String key) {
    if (recipe == null) {
      return FeatureKey.TEST;
    }
    String others = recipe.equals(ViewRecipe.PUBLISHED) ? "" : " of " + recipe.id();
    return "view:%s:%s:%s%s".formatted(seed, number, key, others);
  }
}
