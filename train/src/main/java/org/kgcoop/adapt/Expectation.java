package org.kgcoop.adapt;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.AdaptRecord.Accuracy;

/**
 * Expected accuracy of the chosen method on new images, with a 95 % prediction interval. It
 * accounts for seven effects.
 *
 * <ul>
 *   <li>The classifiers of folds share most of their images, so their mistakes are not independent
 *       and the variance of the accuracy is larger. No estimate from one cross-validation is
 *       unbiased (Bengio and Grandvalet, JMLR 2004). The factor 1 + J / (J - 1) of J folds (Nadeau
 *       and Bengio, Machine Learning 2003) gave intervals that were too wide here, so a smaller
 *       constant is used.
 *   <li>The method was chosen with the same images that it is measured on. The optimism is
 *       estimated as in Tsamardinos, Greasidou and Borboudakis, "Bootstrapping the out-of-sample
 *       predictions for efficient and accurate cross-validation" (Machine Learning 2018). Units are
 *       sampled with replacement, the same rule chooses a method with the sample, and this method
 *       is measured on the other units.
 *   <li>The method of a fold has learned from fewer images than the final one. The share of wrong
 *       answers is assumed to fall as a power of the number of images per class. Power laws
 *       describe most learning curves (Viering and Loog, "The shape of learning curves", 2021).
 *   <li>The number of held-out images is limited. Their accuracy has a Beta distribution with
 *       Jeffreys' prior (Brown, Cai and DasGupta, Statistical Science 2001), with the effective
 *       number of images of {@link Score#effectiveImages}. Half of each correction above is used as
 *       its standard deviation, which widens the distribution.
 *   <li>If the images show few objects, the accuracy on other objects is lower. {@link
 *       ObjectSearch} estimates the fall, with its standard error.
 *   <li>If the images were drawn at random, a new image may show a class without an image. Its
 *       probability is the share of images that are the only one of their class (Good, "The
 *       population frequencies of species and the estimation of population parameters", Biometrika
 *       1953). These images count as wrong.
 *   <li>The number of new images that are classified correctly is random, too. It has a
 *       Beta-binomial distribution.
 * </ul>
 *
 * @param score the score of the chosen method
 * @param optimism the optimism of the choice, in percentage points
 * @param gain the gain from the images that the folds do not use, in percentage points
 * @param fall how much lower the accuracy on other objects is, in percentage points
 * @param fallError the standard error of the fall
 * @param newClasses the share of new images that show a class without an image, from 0 to 1
 * @param isLearned false for a method that does not learn from images
 */
record Expectation(
    Score score,
    double optimism,
    double gain,
    double fall,
    double fallError,
    double newClasses,
    boolean isLearned) {
  private static final int RESAMPLES = 500;

  /** The factor of the variance because of shared images, by `bench adapt --honesty`. */
  private static final double SHARED_IMAGES = 1.4;

  /**
   * The exponent of the learning curve. Methods without training steps had 0.1 on one embedded set
   * and 0.3 to 0.4 on six others, with two to eight images per class.
   */
  private static final double LEARNING_EXPONENT = 0.2;

  /** The level of the intervals. */
  static final double CONFIDENCE = 0.95;

  private static final double TAIL = (1 - CONFIDENCE) / 2;

  /** Creates the expectation for images of many objects that show all classes. */
  Expectation(Score score, double optimism, double gain, boolean isLearned) {
    this(score, optimism, gain, 0, 0, 0, isLearned);
  }

  /**
   * Estimates how much the accuracy of a choice is too high on the images that were used to choose
   * it, in percentage points; at least 0.
   *
   * @param scores the scores of all candidates, those closest to zero-shot CLIP first
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
      double[] others = Arrays.stream(drawn).map(times -> times == 0 ? 1 : 0).toArray();
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
   * Estimates how much the final method is better than the methods of the folds, in percentage
   * points; at least 0.
   *
   * @param folds the accuracy of the methods of the folds, in percent
   * @param learned the number of images per class that these methods learned from
   * @param all the number of images per class that the final method learns from
   */
  static double gain(double folds, double learned, double all) {
    return learned > 0 && all > learned
        ? (100 - folds) * (1 - Math.pow(learned / all, LEARNING_EXPONENT))
        : 0;
  }

  /**
   * Returns the expected accuracy on new images of the same classes, with its interval. Nothing
   * tells whether new images show the same few objects or others, so the interval covers both.
   */
  Accuracy interval() {
    Accuracy others = interval(false, 0);
    if (fall == 0) {
      return others;
    }
    Accuracy same = new Expectation(score, optimism, gain, 0, 0, newClasses, isLearned).interval();
    return new Accuracy(others.accuracy(), others.low(), same.high(), others.images());
  }

  /**
   * Returns the expected accuracy on classes without images, with its interval. Other classes were
   * hidden in their place. Classes differ, so a few other classes have another mean accuracy.
   *
   * @param classes the number of classes without images that vary independently, above 0
   */
  Accuracy unseenInterval(double classes) {
    return interval(true, score.varianceOfClasses() / classes);
  }

  private Accuracy interval(boolean unseen, double classVariance) {
    double known =
        Math.max(0, Math.min(100, score.accuracy(unseen) - optimism + gain - fall)) / 100;
    double middle = known * (1 - newClasses);
    double corrections =
        (optimism * optimism + gain * gain + Math.pow(100 * (known - middle), 2)) / 4 / 1e4
            + fallError * fallError / 1e4;
    double spread = Math.max(middle * (1 - middle), 1e-4);
    double shared = isLearned ? SHARED_IMAGES : 1;
    double images =
        1 / (shared / score.effectiveImages(unseen) + (corrections + classVariance) / spread);
    double[] quantiles =
        betaBinomial(images * middle + 0.5, images * (1 - middle) + 0.5, AdaptRecord.NEW_IMAGES);
    return new Accuracy(
        100 * middle,
        Math.min(100 * middle, quantiles[0]),
        Math.max(100 * middle, quantiles[1]),
        score.images());
  }

  /**
   * Returns the central 95 % interval of a Beta-binomial distribution, in percent of its trials.
   *
   * @param a the first parameter of the Beta distribution
   * @param b the second parameter of the Beta distribution
   * @param trials the number of trials
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
