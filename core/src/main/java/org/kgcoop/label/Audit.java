package org.kgcoop.label;

import org.kgcoop.eval.BinomialLimits;
import org.kgcoop.eval.HypergeometricLimits;

/**
 * The accuracy of a labeling session, from images that were drawn at random when it started.
 *
 * <p>Membership of the audit is random, and no choice depends on it before an image is reached. So
 * the audit images that were not passed are a simple random sample of the remaining images,
 * whatever the head and the person did.
 */
public final class Audit {
  private static final double CONFIDENCE = 0.95;

  private Audit() {}

  /**
   * A measured share of right images.
   *
   * @param estimate from 0 to 1
   * @param low the lower limit of the 95 % confidence interval
   * @param high the upper limit
   * @param images the number of random images behind it
   */
  public record Share(double estimate, double low, double high, int images) {}

  /**
   * Returns the share of the folder that is right: labeled by the person, or classified.
   *
   * @param wrong the wrong ones among the sample
   * @param sample the answered audit images that were not passed
   * @param remaining the images that are neither labeled nor passed
   * @param unresolved further wrong ones: the person skipped them, or has not answered them
   *     although they were passed
   * @param images all images of the folder, at least 1
   */
  public static Share folder(int wrong, int sample, int remaining, int unresolved, int images) {
    HypergeometricLimits limits = HypergeometricLimits.of(wrong, sample, remaining, CONFIDENCE);
    double expected = sample == 0 ? remaining / 2.0 : (double) remaining * wrong / sample;
    return new Share(
        1 - (expected - wrong + unresolved) / images,
        1 - (double) (limits.high() - wrong + unresolved) / images,
        1 - (double) (limits.low() - wrong + unresolved) / images,
        sample);
  }

  /** Returns the accuracy on new images, from the images of the first draw. */
  public static Share newImages(int right, int images) {
    BinomialLimits limits = BinomialLimits.of(right, images, CONFIDENCE);
    return new Share((double) right / images, limits.low(), limits.high(), images);
  }
}
