package org.kgcoop.tags;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.eval.Interval;
import org.kgcoop.random.PythonRandom;

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
    Ranking all = Ranking.of(scores, has, groups);
    int positives = all.positives();
    double effective = EffectiveNumber.of(groups, has);
    if (positives == 0) {
      return new TagMeasurement(By.NOT_MEASURED, 0, 0, null, null, null);
    }
    Threshold threshold = all.bestF1();
    if (positives < LEAST
        || effective < LEAST
        || scores.length - positives < LEAST
        || IntStream.of(groups).distinct().count() < FOLDS) {
      return new TagMeasurement(By.NOT_MEASURED, positives, effective, threshold, null, null);
    }
    boolean[] given = inFolds(all, folds);
    int images = 0;
    int right = 0;
    for (int i = 0; i < given.length; i++) {
      images += given[i] ? 1 : 0;
      right += given[i] && has[i] ? 1 : 0;
    }
    double effectiveImages = EffectiveNumber.of(groups, given);
    double precision = low(right, images, effectiveImages, CONFIDENCE);
    double recall = low(right, positives, effective, CONFIDENCE);
    Promise promise =
        new Promise(images, right, effectiveImages, percent(precision), percent(recall));
    if (precision >= wish) {
      return new TagMeasurement(By.FOLDS, positives, effective, threshold, promise, null);
    }
    Threshold strict = all.strict(wish);
    By by = strict == null ? By.BELOW : By.STRICT;
    return new TagMeasurement(by, positives, effective, threshold, promise, strict);
  }

  /**
   * Deals groups of images to the folds in a random order.
   *
   * @param groups the group of each image, (n)
   * @return the fold of each image, from 0 to 9
   */
  public static int[] folds(int[] groups, long seed) {
    List<Integer> order = new ArrayList<>(IntStream.of(groups).distinct().boxed().toList());
    new PythonRandom(seed).shuffle(order);
    Map<Integer, Integer> folds = new HashMap<>();
    for (int i = 0; i < order.size(); i++) {
      folds.put(order.get(i), i % FOLDS);
    }
    return IntStream.of(groups).map(folds::get).toArray();
  }

  /** Returns the images that get the tag by the threshold of the other folds. */
  private static boolean[] inFolds(Ranking all, int[] folds) {
    boolean[] given = new boolean[folds.length];
    for (int fold = 0; fold < FOLDS; fold++) {
      Ranking others = all.without(folds, fold);
      if (others.order.length == 0) {
        continue; // all images are in this fold, so nothing is known about it
      }
      double least = others.bestF1().score();
      for (int i = 0; i < given.length; i++) {
        given[i] |= folds[i] == fold && all.scores[i] >= least;
      }
    }
    return given;
  }

  /**
   * Returns the promise after a person has checked random images that get a tag: of 100, so many
   * are right at least (the lower limit at 90 %, two-sided).
   */
  public static int afterCheck(int right, int checked) {
    return percent(Interval.ofShare(right, checked, CHECK_CONFIDENCE).low());
  }

  /** Returns the lower limit of a share for an effective number of images; 0 if there are none. */
  private static double low(int right, int images, double effective, double confidence) {
    return images == 0
        ? 0
        : Interval.ofShare((double) right / images * effective, effective, confidence).low();
  }

  private static int percent(double share) {
    return (int) Math.floor(100 * share + TIE);
  }

  /** Counts images by their groups: {@code (sum m_g)^2 / sum m_g^2}. */
  private static final class EffectiveNumber {
    private final Map<Integer, Integer> sizes = new HashMap<>();
    private double images;
    private double squares;

    static double of(int[] groups, boolean[] which) {
      EffectiveNumber number = new EffectiveNumber();
      for (int i = 0; i < groups.length; i++) {
        if (which[i]) {
          number.add(groups[i]);
        }
      }
      return number.value();
    }

    void add(int group) {
      int size = sizes.merge(group, 1, Integer::sum);
      images++;
      squares += 2.0 * size - 1; // size^2 - (size - 1)^2
    }

    double value() {
      return images == 0 ? 0 : images * images / squares;
    }
  }

  /**
   * Images by descending score.
   *
   * @param order their positions in the arrays
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Ranking(double[] scores, boolean[] has, int[] groups, int[] order) {
    static Ranking of(double[] scores, boolean[] has, int[] groups) {
      int[] order =
          IntStream.range(0, scores.length)
              .boxed()
              .sorted(Comparator.comparingDouble(i -> -scores[i]))
              .mapToInt(Integer::intValue)
              .toArray();
      return new Ranking(scores, has, groups, order);
    }

    Ranking without(int[] folds, int fold) {
      int[] others = IntStream.of(order).filter(i -> folds[i] != fold).toArray();
      return new Ranking(scores, has, groups, others);
    }

    int positives() {
      return (int) IntStream.of(order).filter(i -> has[i]).count();
    }

    /** Returns true if a threshold lies below the first m images: the next score is another. */
    private boolean isBoundary(int m) {
      return m == order.length || scores[order[m - 1]] != scores[order[m]];
    }

    /** Returns the threshold that the first m images reach, and no other. */
    private Threshold after(int m) {
      double last = scores[order[m - 1]];
      if (m == order.length) {
        return new Threshold(last, m);
      }
      double next = scores[order[m]];
      double middle = (last + next) / 2;
      return new Threshold(
          middle > next ? middle : last, m); // neighboring numbers have none between
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
      int most = Math.min(order.length, MOST * positives());
      int first = (int) Math.ceil(Math.log(ERROR) / Math.log(wish)); // all of them right
      List<Integer> candidates = new ArrayList<>();
      for (int m = first; m <= most; m = (int) Math.ceil(m * STEP)) {
        candidates.add(m);
      }
      double confidence = 1 - 2 * ERROR / candidates.size(); // one-sided
      EffectiveNumber effective = new EffectiveNumber();
      int images = 0;
      int right = 0;
      Threshold found = null;
      for (int m : candidates) {
        for (; images < m; images++) {
          effective.add(groups[order[images]]);
          right += has[order[images]] ? 1 : 0;
        }
        if (isBoundary(m) && low(right, m, effective.value(), confidence) >= wish) {
          found = after(m);
        }
      }
      return found;
    }
  }
}
