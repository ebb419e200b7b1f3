package org.kgcoop.tags;

import org.jspecify.annotations.Nullable;
import org.kgcoop.tags.TagMeasurement.By;

/**
 * A tag of a classifier: from which score on an image gets it, and what that promises.
 *
 * @param name the word
 * @param threshold the lowest score of an image that gets it; for a tag that is not written, that
 *     of the largest F1
 * @param by what it is written by, or why it is not written
 * @param images the number of labeled images that reach the threshold, each with the score of a
 *     head that has not seen it
 * @param promise of 100 images that get the tag, so many are right at least; null if it was not
 *     measured
 * @param finds of 100 images that have the tag, so many get it at least; null if it was not
 *     measured
 * @param unknown true if it is unknown for some labeled images, which were learned as "no"
 */
public record LearnedTag(
    String name,
    double threshold,
    By by,
    int images,
    @Nullable Integer promise,
    @Nullable Integer finds,
    boolean unknown) {

  public LearnedTag {
    // A file can lack them.
    if (name == null || name.isBlank() || by == null || !Double.isFinite(threshold)) {
      throw new IllegalArgumentException("a tag without a name, a threshold or its rule");
    }
  }

  /**
   * Returns a tag by its measurement.
   *
   * @param measured of a tag that at least one image has
   * @param wish of 100 images that get the tag, so many must be right
   */
  public static LearnedTag of(String name, TagMeasurement measured, int wish, boolean unknown) {
    TagMeasurement.Threshold best = measured.threshold();
    if (best == null) {
      throw new IllegalArgumentException("no image has the tag " + name);
    }
    TagMeasurement.Threshold strict = measured.strict();
    TagMeasurement.Promise folds = measured.promise();
    return strict != null
        ? new LearnedTag(name, strict.score(), By.STRICT, strict.images(), wish, null, unknown)
        : new LearnedTag(
            name,
            best.score(),
            measured.by(),
            best.images(),
            folds == null ? null : folds.precision(),
            folds == null ? null : folds.recall(),
            unknown);
  }

  /**
   * Returns this tag after a person has checked images that reach its threshold.
   *
   * @param promised of 100 images of the folder that get the tag, so many are right at least
   */
  public LearnedTag checked(int promised) {
    return new LearnedTag(name, threshold, By.CHECKED, images, promised, null, unknown);
  }

  /** Returns true if an image with this score gets the tag. */
  public boolean isReachedBy(float score) {
    return by.isWritten() && score >= threshold;
  }
}
