package org.kgcoop.tags;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.eval.Interval;

/**
 * What the left-out scores of labeled images say about a tag: from which score on it is written,
 * and how many of the images that get it are right. The rule is unpublished, and was chosen by
 * simulation ({@code bench tags} repeats it).
 *
 * <p>Images of one group, such as the frames of a burst, are right or wrong together. So numbers of
 * images are <em>effective</em> numbers, {@code (sum m_g)^2 / sum m_g^2} over the groups. Without
 * groups, they are the numbers of images.
 *
 * @param by what the tag is written by
 * @param positives P, the number of labeled images with the tag
 * @param effectivePositives their effective number
 * @param threshold the threshold of the largest F1 among the left-out scores; null if no image has
 *     the tag
 * @param promise what ten folds say; null if it is not measured
 * @param strict the threshold of the strict rule; null if the tag is not written by it
 */
public record TagMeasurement(
    By by,
    int positives,
    double effectivePositives,
    @Nullable Threshold threshold,
    @Nullable Promise promise,
    @Nullable Threshold strict) {
  /** The fewest images with a tag, and without it, that it is measured with. */
  public static final int LEAST = 5;

  /** The number of folds, and the fewest groups that anything is measured with. */
  public static final int FOLDS = 10;

  private static final double CONFIDENCE = 0.95;
  private static final double CHECK_CONFIDENCE = 0.9;
  private static final double ERROR = 0.05; // of the strict rule
  private static final double STEP = 1.41; // between the candidates of the strict rule
  private static final int MOST = 3; // images that the strict rule gives a tag, per positive
  private static final double TIE = 1e-9;

  /** The rule that a tag is written by. */
  public enum By {
    /** The promise of ten folds reaches the wish. */
    FOLDS,
    /** A stricter threshold reaches the wish. */
    STRICT,
    /** A person has checked images that get the tag. */
    CHECKED,
    /** Not written: the promise is below the wish. */
    BELOW,
    /** Not written: too few images have the tag, or too few do not have it. */
    NOT_MEASURED;

    /** Returns true if the tag is written. */
    public boolean isWritten() {
      return this == FOLDS || this == STRICT || this == CHECKED;
    }

    /** Returns the name in files, such as {@code not-measured}. */
    @JsonValue
    public String id() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * A threshold, midway between two scores.
   *
   * @param score the lowest score that reaches it
   * @param images the number of labeled images that reach it with their left-out score
   */
  public record Threshold(double score, int images) {}

  /**
   * The result of the folds. The threshold of a fold is that of the other nine.
   *
   * @param images m, the number of images that get the tag in their fold
   * @param right x, the number of those that have it
   * @param effectiveImages the effective number of m
   * @param precision of 100 images that get the tag, so many are right at least (the lower limit at
   *     95 %, two-sided)
   * @param recall of 100 images that have the tag, so many get it at least
   */
  public record Promise(int images, int right, double effectiveImages, int precision, int recall) {}

  /**
   * Measures a tag.
   *
   * @param scores the left-out score of each image, (n)
   * @param has true if an image has the tag, (n)
   * @param groups the group of each image, (n)
   * @param folds the fold of each image, from 0 to 9; images of a group have one fold
   * @param wish the wished share of right images among those that get the tag, between 0 and 1
   */
  public static TagMeasurement of(
      double[] scores, boolean[] has, int[] groups, int[] folds, double wish) {
    int images = scores.length;
    Tagged all = new Tagged(scores, has, groups, i -> true);
    int positives = all.positives();
    double effective = effective(groups, i -> has[i]);
    if (positives == 0) {
      return new TagMeasurement(By.NOT_MEASURED, 0, 0, null, null, null);
    }
    Threshold threshold = all.bestF1();
    if (positives < LEAST
        || effective < LEAST
        || images - positives < LEAST
        || Arrays.stream(groups).distinct().count() < FOLDS) {
      return new TagMeasurement(By.NOT_MEASURED, positives, effective, threshold, null, null);
    }
    boolean[] selected = new boolean[images];
    for (int fold = 0; fold < FOLDS; fold++) {
      int own = fold;
      if (Arrays.stream(folds).noneMatch(each -> each == own)) {
        continue;
      }
      double least = new Tagged(scores, has, groups, i -> folds[i] != own).bestF1().score();
      for (int i = 0; i < images; i++) {
        selected[i] |= folds[i] == own && scores[i] >= least;
      }
    }
    int given = count(images, i -> selected[i]);
    int right = count(images, i -> selected[i] && has[i]);
    double effectiveGiven = effective(groups, i -> selected[i]);
    double precision = given == 0 ? 0 : low((double) right / given, effectiveGiven, CONFIDENCE);
    double recall = low((double) right / positives, effective, CONFIDENCE);
    Promise promise =
        new Promise(given, right, effectiveGiven, percent(precision), percent(recall));
    if (precision >= wish) {
      return new TagMeasurement(By.FOLDS, positives, effective, threshold, promise, null);
    }
    Threshold strict = all.strict(wish);
    By by = strict == null ? By.BELOW : By.STRICT;
    return new TagMeasurement(by, positives, effective, threshold, promise, strict);
  }

  /**
   * Returns the promise after a person has checked random images that get a tag: of 100, so many
   * are right at least (the lower limit at 90 %, two-sided).
   */
  public static int afterCheck(int right, int checked) {
    return percent(Interval.ofShare(right, checked, CHECK_CONFIDENCE).low());
  }

  private static int count(int images, IntPredicate which) {
    return (int) IntStream.range(0, images).filter(which).count();
  }

  /** Returns the effective number of some images. */
  private static double effective(int[] groups, IntPredicate which) {
    Map<Integer, Integer> sizes = new HashMap<>();
    IntStream.range(0, groups.length)
        .filter(which)
        .forEach(i -> sizes.merge(groups[i], 1, Integer::sum));
    double sum = 0;
    double squares = 0;
    for (int size : sizes.values()) {
      sum += size;
      squares += (double) size * size;
    }
    return sum == 0 ? 0 : sum * sum / squares;
  }

  private static double low(double share, double trials, double confidence) {
    return Interval.ofShare(share * trials, trials, confidence).low();
  }

  private static int percent(double share) {
    return (int) Math.floor(100 * share + TIE);
  }

  /** Some images, by descending score. */
  private record Tagged(double[] scores, boolean[] has, int[] groups, int[] order) {
    Tagged(double[] scores, boolean[] has, int[] groups, IntPredicate which) {
      this(
          scores,
          has,
          groups,
          IntStream.range(0, scores.length)
              .filter(which)
              .boxed()
              .sorted(Comparator.comparingDouble(i -> -scores[i])) // stable
              .mapToInt(Integer::intValue)
              .toArray());
    }

    int positives() {
      return (int) Arrays.stream(order).filter(i -> has[i]).count();
    }

    /** Returns true if a threshold lies below the first m images: the next score is another. */
    private boolean isBoundary(int m) {
      return m == order.length || scores[order[m - 1]] != scores[order[m]];
    }

    /** Returns the threshold that the first m images reach. */
    private Threshold after(int m) {
      double last = scores[order[m - 1]];
      return new Threshold(m == order.length ? last : (last + scores[order[m]]) / 2, m);
    }

    /**
     * Returns the threshold with the largest F1, {@code 2 x / (m + P)}: m images reach it, and x of
     * them have the tag. Of equal ones it returns that with the smaller m.
     */
    Threshold bestF1() {
      int positives = positives();
      int right = 0;
      int best = order.length;
      double largest = -1;
      for (int m = 1; m <= order.length; m++) {
        right += has[order[m - 1]] ? 1 : 0;
        double f1 = 2.0 * right / (m + positives);
        if (f1 > largest && isBoundary(m)) {
          largest = f1;
          best = m;
        }
      }
      return after(best);
    }

    /**
     * Returns the lowest of some thresholds whose limit reaches the wish, or null. Their numbers of
     * images grow by a constant factor, and the error is divided by the number of thresholds.
     */
    @Nullable Threshold strict(double wish) {
      List<Integer> candidates = new ArrayList<>();
      int most = Math.min(order.length, MOST * positives());
      int first = (int) Math.ceil(Math.log(ERROR) / Math.log(wish));
      for (int m = first; m <= most; m = (int) Math.ceil(m * STEP)) {
        candidates.add(m);
      }
      double confidence = 1 - 2 * ERROR / candidates.size(); // one-sided
      int right = 0;
      Threshold found = null;
      for (int m = 1; m <= most; m++) {
        right += has[order[m - 1]] ? 1 : 0;
        if (candidates.contains(m) && isBoundary(m)) {
          boolean[] given = new boolean[scores.length];
          Arrays.stream(order, 0, m).forEach(i -> given[i] = true);
          if (low((double) right / m, effective(groups, i -> given[i]), confidence) >= wish) {
            found = after(m);
          }
        }
      }
      return found;
    }
  }
}
