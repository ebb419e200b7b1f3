package org.kgcoop.image.view;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.commons.rng.core.source64.SplitMix64;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.Crop;
import org.kgcoop.image.RgbImage;

/**
 * A recipe for random views of training images. Without a {@link ViewStep.RandomResizedCrop} or
 * {@link ViewStep.RandomCrop}, the entire image is resized to the model's square, whatever its
 * shape, as in Dassl.pytorch.
 *
 * @param steps each at most once; they are sorted by {@link ViewStep#NAMES}, the order in which
 *     Dassl applies them
 */
public record ViewRecipe(List<ViewStep> steps) {

  /** The recipe of the published runs: a random resized crop, and a flip with probability 0.5. */
  public static final ViewRecipe PUBLISHED =
      new ViewRecipe(List.of(new ViewStep.RandomResizedCrop(0.08, 1), new ViewStep.RandomFlip()));

  /** A recipe without random changes. */
  public static final ViewRecipe NONE = new ViewRecipe(List.of());

  public ViewRecipe {
    steps =
        steps.stream()
            .sorted(Comparator.comparingInt(step -> ViewStep.NAMES.indexOf(step.name())))
            .toList();
    List<String> names = steps.stream().map(ViewStep::name).toList();
    if (names.stream().distinct().count() < names.size()) {
      throw KgCoopException.configuration(
          "transforms " + String.join(", ", names) + ": expected each once");
    }
    if (names.contains(ViewStep.RandomCrop.NAME)
        && names.contains(ViewStep.RandomResizedCrop.NAME)) {
      throw KgCoopException.configuration(
          "transforms "
              + String.join(", ", names)
              + ": expected random_crop or random_resized_crop, not both");
    }
  }

  /** Returns all steps with their settings, for files. */
  public String id() {
    return steps.isEmpty()
        ? "none"
        : steps.stream().map(ViewStep::id).collect(Collectors.joining(","));
  }

  /**
   * Returns view number {@code number} of an image, a pure function of the arguments, with the
   * generator of {@link Views}.
   *
   * @param key the identity of the image, such as its path within the data set
   * @param transform the transform of the model
   * @return a square of the model's size
   */
  public RgbImage view(long seed, long number, String key, RgbImage image, Transform transform) {
    SplitMix64 random = Views.random(seed, number, key);
    RgbImage view = square(image, key, random, transform);
    for (ViewStep step : steps) {
      if (!(step instanceof ViewStep.RandomResizedCrop || step instanceof ViewStep.RandomCrop)) {
        view = step.apply(view, random);
      }
    }
    return view;
  }

  private RgbImage square(RgbImage image, String key, SplitMix64 random, Transform transform) {
    Crop part = image.whole();
    for (ViewStep step : steps) {
      if (step instanceof ViewStep.RandomCrop crop) {
        return crop.square(image, transform.preprocessing().size(), key, random);
      }
      if (step instanceof ViewStep.RandomResizedCrop crop) {
        part =
            Views.crop(
                random, image.width(), image.height(), crop.leastArea(), crop.greatestArea());
      }
    }
    return transform.train(image, part);
  }
}
