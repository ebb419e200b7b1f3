package org.kgcoop.adapt;

import java.util.List;
import java.util.SplittableRandom;
import org.kgcoop.runs.AdaptRecord;

/**
 * The number of new images that a chosen method will recognize, with an interval that 95 % of such
 * numbers lie in. It takes account of four things.
 *
 * <ul>
 *   <li>The method was chosen by the images that it is judged by. The optimism is that of
 *       Tsamardinos, Greasidou and Borboudakis, "Bootstrapping the out-of-sample predictions for
 *       efficient and accurate cross-validation" (Machine Learning 2018): units are drawn with
 *       replacement, the same rule chooses by those drawn, and its choice is measured on the
 *       others.
 *   <li>A fold's method has learned from fewer images than the final one. The accuracy is taken to
 *       approach a limit as 1 / (1 + images per class), from zero-shot CLIP at no images through
 *       the folds' accuracy; the final number of images lies a little further on that curve. Power
 *       laws describe most learning curves (Viering and Loog, "The shape of learning curves",
 *       2021).
 *   <li>Few images were held out. Their accuracy has a Beta distribution with Jeffreys' prior
 *       (Brown, Cai and DasGupta, Statistical Science 2001), with the effective number of images of
 *       {@link Score#effectiveImages}. Half of each correction above is its standard deviation,
 *       which widens it.
 *   <li>The new images vary too: their number that is recognized has the Beta-binomial
 *       distribution.
 * </ul>
 *
 * @param score of the chosen method
 * @param optimism of the choice, in points
 * @param gain by the images that folds do without, in points
 */
record Expectation(Score score, double optimism, double gain) {
  private static final int RESAMPLES = 500;
  private static final double TAIL = 0.025;

  /**
   * By how much the accuracy of a choice is too high on the images that it was made by, in points;
   * not below 0.
   *
   * @param scores of all candidates, the simpler first
   * @param unseen true for the accuracy on hidden classes
   */
  static double optimism(List<Score> scores, boolean unseen) {
    int units = scores.get(0).units();
    if (scores.size() < 2 || units < 2) {
      return 0;
    }
    double sum = 0;
    int counted = 0;
    SplittableRandom random = new SplittableRandom(1);
    for (int resample = 0; resample < RESAMPLES; resample++) {
      double[] drawn = new double[units];
      for (int i = 0; i < units; i++) {
        drawn[random.nextInt(units)]++;
      }
      double[] others = new double[units];
      for (int i = 0; i < units; i++) {
        others[i] = drawn[i] == 0 ? 1 : 0;
      }
      Score chosen = scores.get(Score.choice(scores, drawn));
      double difference = chosen.accuracy(unseen, drawn) - chosen.accuracy(unseen, others);
      if (!Double.isNaN(difference)) {
        sum += difference;
        counted++;
      }
    }
    return counted == 0 ? 0 : Math.max(0, sum / counted);
  }

  /**
   * By how much the final method is better than those of the folds, in points; not below 0.
   *
   * @param zeroShot the accuracy without images, in percent
   * @param folds that of the folds' methods
   * @param learned images per class that these learned from, 1 or more
   * @param all images per class that the final one learns from
   */
  static double gain(double zeroShot, double folds, double learned, double all) {
    if (!(learned > 0) || !(all > learned)) {
      return 0;
    }
    double further = (all - learned) / (learned * (1 + all));
    return Math.max(0, Math.min(100 - folds, (folds - zeroShot) * further));
  }

  /** The accuracy to expect. */
  AdaptRecord.Interval interval(boolean unseen) {
    double middle = Math.max(0, Math.min(100, score.accuracy(unseen) - optimism + gain)) / 100;
    double corrections = (optimism * optimism + gain * gain) / 4 / 1e4;
    double spread = Math.max(middle * (1 - middle), 1e-4);
    double images = 1 / (1 / score.effectiveImages(unseen) + corrections / spread);
    double[] quantiles =
        betaBinomial(images * middle + 0.5, images * (1 - middle) + 0.5, AdaptRecord.NEW_IMAGES);
    return new AdaptRecord.Interval(
        100 * middle,
        Math.min(100 * middle, quantiles[0]),
        Math.max(100 * middle, quantiles[1]),
        score.images());
  }

  /**
   * The middle 95 % of a Beta-binomial distribution, as percent of its trials.
   *
   * @param a, b parameters of the Beta distribution
   */
  static double[] betaBinomial(double a, double b, int trials) {
    double[] mass = new double[trials + 1];
    double[] logs = new double[trials + 1];
    double largest = 0;
    for (int y = 0; y < trials; y++) { // P(y + 1) / P(y)
      logs[y + 1] =
          logs[y] + Math.log((trials - y) * (y + a)) - Math.log((y + 1) * (trials - y - 1 + b));
      largest = Math.max(largest, logs[y + 1]);
    }
    double total = 0;
    for (int y = 0; y <= trials; y++) {
      mass[y] = Math.exp(logs[y] - largest);
      total += mass[y];
    }
    int low = 0;
    for (double below = mass[0]; below <= TAIL * total && low < trials; below += mass[low]) {
      low++;
    }
    int high = trials;
    for (double above = mass[trials]; above <= TAIL * total && high > 0; above += mass[high]) {
      high--;
    }
    return new double[] {100.0 * low / trials, 100.0 * high / trials};
  }
}
