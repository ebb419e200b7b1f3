package org.kgcoop.label;

import org.kgcoop.eval.Interval;

/**
 * The accuracy of a labeling session, from random images.
 *
 * <p>Membership of the audit is random, and no choice depends on it before an image is reached. So
 * the audit images that were not passed are a simple random sample of the remaining images,
 * whatever the head and the person did.
 *
 * <p>Limits: Clopper and Pearson, Biometrika 1934; finite population: Buonaccorsi, The American
 * Statistician 1987.
 */
public final class Audit {
  static final double TAIL = 0.05;
  private static final double CONFIDENCE = 0.95;

  private Audit() {}

  /**
   * The images that the audit measures.
   *
   * @param images R: those that are not labeled, and the chosen ones
   * @param sample n, the answered audit images among them
   * @param wrong w, the wrong ones of the sample
   * @param chosen G, those that the person chose, or whose page is not complete. They have a label,
   *     but may be easier than the others. So they count as wrong as often as the others in the
   *     lower limit and the estimate, and as the wrong ones in the upper limit.
   */
  public record Remaining(int images, int sample, int wrong, int chosen) {}

  /**
   * Returns the share of the folder that is right: {@code 1 - (D - w + unknown) / N}, with the
   * exact limits of the number D of wrong images among the remaining ones. The upper limit is
   * {@code 1 - (D - w - G) / N}.
   *
   * @param skipped further wrong images: those that the person skipped
   * @param unknown images that count as wrong, but may be right: passed without an answer, joined
   *     and not measured, or none of the classes before a class was added
   * @param images N, the images of the folder, at least 1
   * @param random the random images that are said to be behind the share
   * @param looks how often the sample was enlarged after its result was seen, plus 1: each limit
   *     uses {@code 0.05 / looks}
   */
  public static Share folder(
      Remaining remaining, int skipped, int unknown, int images, int random, int looks) {
    Interval limits = limits(remaining, CONFIDENCE);
    double expected =
        remaining.sample() == 0
            ? remaining.images() / 2.0
            : (double) remaining.images() * remaining.wrong() / remaining.sample();
    int wrong = skipped + unknown;
    return new Share(
        share(remaining, limits(remaining, 1 - 2 * TAIL / looks).high(), wrong, images),
        share(remaining, expected, wrong, images),
        share(remaining, limits.high(), wrong, images),
        share(remaining, limits.low() - remaining.chosen(), skipped, images),
        random);
  }

  private static Interval limits(Remaining remaining, double confidence) {
    return Interval.ofCount(remaining.wrong(), remaining.sample(), remaining.images(), confidence);
  }

  private static double share(Remaining remaining, double wrong, int others, int images) {
    double left = Math.max(0, wrong - remaining.wrong());
    return Math.max(0, 1 - (left + others) / images);
  }

  /** Returns the accuracy on new images, from the images of the first draw. */
  public static Share newImages(int right, int images) {
    Interval limits = Interval.ofShare(right, images, CONFIDENCE);
    return new Share(
        Interval.ofShare(right, images, 1 - 2 * TAIL).low(),
        (double) right / images,
        limits.low(),
        limits.high(),
        images);
  }
}
