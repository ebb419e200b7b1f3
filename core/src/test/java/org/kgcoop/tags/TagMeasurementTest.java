package org.kgcoop.tags;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kgcoop.tags.TagMeasurement.By;
import org.kgcoop.tags.TagMeasurement.Promise;
import org.kgcoop.tags.TagMeasurement.Threshold;

class TagMeasurementTest {
  /** Returns which images have the tag, from a text such as {@code "+-+"}. */
  private static boolean[] has(String signs) {
    boolean[] has = new boolean[signs.length()];
    IntStream.range(0, has.length).forEach(i -> has[i] = signs.charAt(i) == '+');
    return has;
  }

  private static int[] alone(int images) {
    return IntStream.range(0, images).toArray();
  }

  private static int[] folds(int[] groups) {
    return IntStream.of(groups).map(group -> group % 10).toArray();
  }

  private static Threshold best(String signs, double... scores) {
    int[] groups = alone(scores.length);
    return Objects.requireNonNull(
        TagMeasurement.of(scores, has(signs), groups, folds(groups), 0.8).threshold());
  }

  /** Images with falling scores, 100, 99, 98 ... */
  private static TagMeasurement falling(String signs, int[] groups, double wish) {
    double[] scores = new double[signs.length()];
    Arrays.setAll(scores, i -> 100 - i);
    return TagMeasurement.of(scores, has(signs), groups, folds(groups), wish);
  }

  private static TagMeasurement falling(String signs, double wish) {
    return falling(signs, alone(signs.length()), wish);
  }

  // ---- the threshold of the largest F1

  @Test
  void theThresholdWithTheLargestF1LiesMidway() {
    // m = 1: 2/3, m = 2: 2/4, m = 3: 4/5, m = 4: 4/6
    assertThat(best("+-+-", 0.9, 0.8, 0.7, 0.2)).isEqualTo(new Threshold((0.7 + 0.2) / 2, 3));
    assertThat(best("-+-+", 0.2, 0.9, 0.8, 0.7)).isEqualTo(new Threshold((0.7 + 0.2) / 2, 3));
  }

  @Test
  void ofEqualF1TheFewerImagesReachIt() {
    // m = 1: 2/3, m = 4: 4/6
    assertThat(best("+--+", 0.9, 0.8, 0.7, 0.6)).isEqualTo(new Threshold((0.9 + 0.8) / 2, 1));
  }

  @Test
  void noThresholdLiesBetweenEqualScores() {
    // m = 2 would have F1 1; m = 1: 2/3, m = 3: 4/5
    assertThat(best("++--", 0.9, 0.8, 0.8, 0.2)).isEqualTo(new Threshold((0.8 + 0.2) / 2, 3));
    assertThat(best("+-+-", 0, -0.0, 0, -0.0).images()).isEqualTo(4);
  }

  @Test
  void aThresholdThatAllReachIsTheLastScore() {
    assertThat(best("+-+", 0.9, 0.8, 0.7)).isEqualTo(new Threshold(0.7, 3));
    assertThat(best("+", -3)).isEqualTo(new Threshold(-3, 1));
  }

  @Test
  void anImageBelowAThresholdDoesNotReachItEvenIfNoNumberLiesBetween() {
    for (double score : new double[] {0.5, Math.nextUp(0.5), 1e-320, 1e300}) {
      Threshold threshold = best("+-", Math.nextUp(score), score);
      assertThat(threshold.images()).isOne();
      assertThat(threshold.score()).isGreaterThan(score).isLessThanOrEqualTo(Math.nextUp(score));
    }
  }

  // ---- what is measured

  @ParameterizedTest
  @CsvSource({
    "4, 10, 14, NOT_MEASURED",
    "5, 5, 10, BELOW",
    "5, 4, 9, NOT_MEASURED",
    "10, 4, 14, NOT_MEASURED",
    "10, 10, 10, BELOW",
    "10, 10, 9, NOT_MEASURED"
  })
  void fiveImagesWithAndWithoutTheTagAndTenGroupsAreNeeded(
      int with, int without, int groups, By by) {
    String signs = "+".repeat(with) + "-".repeat(without);
    int[] numbers = IntStream.range(0, with + without).map(i -> i % groups).toArray();
    TagMeasurement measured = falling(signs, numbers, 0.99);
    assertThat(measured.by()).isEqualTo(by);
    assertThat(measured.positives()).isEqualTo(with);
    assertThat(measured.threshold()).isNotNull();
    assertThat(measured.promise() == null).isEqualTo(by == By.NOT_MEASURED);
  }

  /** (5 + 1 + 1)^2 / (25 + 1 + 1) = 1.8; (2 + 2 + 2 + 2 + 2)^2 / 20 = 5. */
  @Test
  void imagesOfOneGroupCountAsFewer() {
    int[] burst = {0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    TagMeasurement few = falling("+++++++---------", burst, 0.5);
    assertThat(few.effectivePositives()).isCloseTo(49 / 27.0, within(1e-12));
    assertThat(few.by()).isEqualTo(By.NOT_MEASURED);

    int[] pairs = IntStream.range(0, 20).map(i -> i / 2).toArray();
    TagMeasurement enough = falling("++++++++++----------", pairs, 0.99);
    assertThat(enough.effectivePositives()).isEqualTo(5);
    assertThat(enough.by()).isEqualTo(By.BELOW);
  }

  @Test
  void aTagOnNoImageHasNoThresholdAndOneOnAllIsNotMeasured() {
    assertThat(falling("--------------------", 0.8))
        .isEqualTo(new TagMeasurement(By.NOT_MEASURED, 0, 0, null, null, null));
    TagMeasurement all = falling("++++++++++++++++++++", 0.8);
    assertThat(all.by()).isEqualTo(By.NOT_MEASURED);
    assertThat(all.threshold()).isEqualTo(new Threshold(81, 20));
  }

  // ---- the folds

  /** Ten images with the tag, and ten far below. */
  private static TagMeasurement separate(int[] groups, int[] folds, double wish) {
    double[] scores = new double[20];
    Arrays.setAll(scores, i -> i < 10 ? 100 - i : -i);
    return TagMeasurement.of(scores, has("++++++++++----------"), groups, folds, wish);
  }

  /** The lower limit for 10 of 10 is 0.025^(1/10) = 0.6915. */
  @Test
  void thePromiseIsTheLowerLimitOfTheFolds() {
    int[] groups = alone(20);
    TagMeasurement measured = separate(groups, folds(groups), 0.69);
    assertThat(measured.promise()).isEqualTo(new Promise(10, 10, 10, 69, 69));
    assertThat(measured.by()).isEqualTo(By.FOLDS);
    assertThat(measured.strict()).isNull();
    assertThat(separate(groups, folds(groups), 0.7).by()).isEqualTo(By.BELOW);
  }

  /** Pairs count half: the limit for 5 of 5 is 0.025^(1/5) = 0.478. */
  @Test
  void theFoldsCountEffectiveImages() {
    int[] pairs = IntStream.range(0, 20).map(i -> i / 2).toArray();
    TagMeasurement measured = separate(pairs, folds(pairs), 0.47);
    assertThat(measured.promise()).isEqualTo(new Promise(10, 10, 5, 47, 47));
    assertThat(measured.by()).isEqualTo(By.FOLDS);
  }

  /**
   * The last image with the tag has the score 1, and one without it has 2. All images together have
   * their largest F1, 20 / 21, with both. Without fold 9, which has the former, the threshold is
   * midway between 92 and 2. Without fold 0, which has the latter, it is below 1.
   */
  @Test
  void aFoldIsJudgedByTheThresholdOfTheOthers() {
    double[] scores = new double[20];
    boolean[] has = has("++++++++++----------");
    int[] folds = new int[20];
    for (int i = 0; i < 9; i++) {
      scores[i] = 100 - i;
      folds[i] = i;
    }
    scores[9] = 1;
    folds[9] = 9;
    scores[10] = 2;
    for (int i = 11; i < 20; i++) {
      scores[i] = -i;
      folds[i] = i - 11;
    }
    TagMeasurement measured = TagMeasurement.of(scores, has, alone(20), folds, 0.99);
    assertThat(measured.threshold()).isEqualTo(new Threshold(-5, 11));
    // 9 of 10 are right, and 9 of 10 found: the 2.5 % quantile of Beta(9, 2) is 0.555.
    assertThat(measured.promise()).isEqualTo(new Promise(10, 9, 10, 55, 55));
  }

  @Test
  void foldsWithoutImagesOrWithAllOfThemPromiseNothingMore() {
    int[] two = IntStream.range(0, 20).map(i -> 3 + i % 2).toArray();
    assertThat(separate(alone(20), two, 0.6).promise()).isEqualTo(new Promise(10, 10, 10, 69, 69));
    assertThat(separate(alone(20), new int[20], 0.01).promise())
        .isEqualTo(new Promise(0, 0, 0, 0, 0));
  }

  // ---- the strict threshold

  /** 29 images that have the tag, 62 of which each second has it, and 59 that do not. */
  private static final String MIXED = "+".repeat(29) + "-+".repeat(31) + "-".repeat(59);

  /**
   * The largest F1 is 120 / 151, with 91 images. The candidates are 14, 20, 29, 41, 58, 82 and 116.
   * The limit of 29 of 29 at 1 - 0.05 / 7 is (0.05 / 7)^(1/29) = 0.843; 35 of 41 have a lower one.
   */
  @Test
  void theStrictThresholdIsTheLowestCandidateThatReachesTheWish() {
    TagMeasurement measured = falling(MIXED, 0.8);
    assertThat(measured.threshold()).isEqualTo(new Threshold(9.5, 91));
    assertThat(measured.by()).isEqualTo(By.STRICT);
    assertThat(measured.strict()).isEqualTo(new Threshold(71.5, 29));
    assertThat(falling(MIXED, 0.84).by()).isEqualTo(By.BELOW); // now 18, 26, 37 ...
  }

  /** (0.05 / 7)^(1/20) = 0.781 of the next candidate is too low. */
  @Test
  void aCandidateBetweenEqualScoresIsNone() {
    double[] scores = new double[MIXED.length()];
    Arrays.setAll(scores, i -> i == 29 ? 72 : 100 - i);
    int[] groups = alone(scores.length);
    assertThat(TagMeasurement.of(scores, has(MIXED), groups, folds(groups), 0.8).by())
        .isEqualTo(By.BELOW);
  }

  /** In pairs, 29 images count as 29^2 / (14 * 4 + 1) = 14.8: (0.05 / 7)^(1/14.8) = 0.716. */
  @Test
  void theStrictThresholdCountsEffectiveImages() {
    int[] pairs = IntStream.range(0, MIXED.length()).map(i -> i / 2).toArray();
    assertThat(falling(MIXED, pairs, 0.8).by()).isEqualTo(By.BELOW);
  }

  @Test
  void theWishesOneAndNinetyNineAreAnswered() {
    assertThat(falling(MIXED, 0.01).by()).isEqualTo(By.FOLDS);
    assertThat(falling(MIXED, 0.99).by()).isEqualTo(By.BELOW); // 299 images would be needed
    // The tag is where the score is lowest: no fold is right, and no first images are.
    String opposite = "-".repeat(40) + "+".repeat(10);
    assertThat(falling(opposite, 0.99).by()).isEqualTo(By.BELOW);
  }

  // ---- folds and checks

  @Test
  void foldsHaveWholeGroupsOfEqualNumberInAnOrderOfTheSeed() {
    int[] groups = IntStream.range(0, 70).map(i -> 5 * (i / 2)).toArray(); // 35 pairs
    int[] folds = TagMeasurement.folds(groups, 1);
    Map<Integer, Integer> sizes = new HashMap<>();
    for (int i = 0; i < 70; i++) {
      assertThat(folds[i]).isBetween(0, 9).isEqualTo(folds[i / 2 * 2]);
      sizes.merge(folds[i], 1, Integer::sum);
    }
    assertThat(sizes.values()).containsOnly(6, 8).hasSize(10);
    assertThat(TagMeasurement.folds(groups, 1)).isEqualTo(folds);
    assertThat(TagMeasurement.folds(groups, 2)).isNotEqualTo(folds);
    assertThat(TagMeasurement.folds(new int[0], 1)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"30, 90", "29, 85", "28, 80", "27, 76", "0, 0"})
  void aCheckOfThirtyImagesPromises(int right, int promise) {
    assertThat(TagMeasurement.afterCheck(right, 30)).isEqualTo(promise);
  }
}
