package org.kgcoop.adapt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.kgcoop.runs.AdaptRecord;

class ScoreTest {
  /** Creates a score of images, with the answers to them. */
  static Score score(List<Score.Prediction> asked, List<Boolean> right) {
    return new Score(
        IntStream.range(0, right.size())
            .mapToObj(
                i -> {
                  Score.Prediction each = asked.get(i);
                  return new Score.Prediction(
                      each.unit(), each.label(), each.unseen(), each.weight(), right.get(i));
                })
            .toList());
  }

  private static Score score(int right, int images) {
    return score(asked(images), answers(right, images));
  }

  private static List<Score.Prediction> asked(int images) {
    return IntStream.range(0, images)
        .mapToObj(i -> new Score.Prediction("image " + i, 0, false, 1, false))
        .toList();
  }

  private static List<Boolean> answers(int right, int images) {
    return IntStream.range(0, images).mapToObj(i -> i < right).toList();
  }

  @Test
  void theFigureIsTheAccuracyOrTheJointHOfSeenAndHiddenClasses() {
    assertThat(score(3, 4).value()).isEqualTo(75);
    Score joint =
        score(
            List.of(
                new Score.Prediction("cat", 0, false, 1, false),
                new Score.Prediction("cat", 0, true, 1, false),
                new Score.Prediction("dog", 0, false, 1, false),
                new Score.Prediction("dog", 0, true, 1, false)),
            List.of(true, true, false, true));
    assertThat(joint.accuracy(false)).isEqualTo(50);
    assertThat(joint.accuracy(true)).isEqualTo(100);
    assertThat(joint.value()).isCloseTo(2 * 50.0 * 100 / 150, within(1e-9));
  }

  @Test
  void nearCopiesCountOnceTogether() {
    Score score =
        score(
            List.of(
                new Score.Prediction("a", 0, false, .5, false),
                new Score.Prediction("a", 0, false, .5, false),
                new Score.Prediction("b", 0, false, 1, false)),
            List.of(true, true, false));
    assertThat(score.accuracy(false)).isEqualTo(50);
    assertThat(score.units()).isEqualTo(2);
  }

  /**
   * Ten images form two groups. All predictions of a group are correct, or all are wrong. They are
   * no more precise than a single image.
   */
  @Test
  void imagesOfAGroupSayLittleMoreThanOne() {
    List<Score.Prediction> asked =
        IntStream.range(0, 10)
            .mapToObj(i -> new Score.Prediction(i < 5 ? "a" : "b", 0, false, 1, false))
            .toList();
    // The variance of the mean of two units, with the factor n / (n - 1), is 2 (.5 / 2)^2 2 = .25.
    // One image has the variance .25, too.
    assertThat(score(asked, answers(5, 10)).effectiveImages(false)).isCloseTo(1, within(1e-9));
    // Ten single images have the variance .25 / 10 times 10 / 9.
    assertThat(score(5, 10).effectiveImages(false)).isCloseTo(9, within(1e-9));
    assertThat(score(10, 10).effectiveImages(false)).isCloseTo(10, within(1e-9));
  }

  /** The limits of Clopper and Pearson for 8 of 10, from their tables. */
  @Test
  void theIntervalOfTestImagesIsTheExactOne() {
    AdaptRecord.Accuracy interval = Score.interval(8, 10);
    assertThat(interval.low()).isCloseTo(44.39, within(0.01));
    assertThat(interval.high()).isCloseTo(97.48, within(0.01));
    assertThat(interval.holds(60)).isTrue();
    assertThat(interval.holds(40)).isFalse();
    assertThat(Score.interval(10, 10).high()).isCloseTo(100, within(1e-9));
  }

  @Test
  void theSimplestOfEqualsIsChosen() {
    double[] once = new double[100];
    Arrays.fill(once, 1);
    // One correct image less than the best, but not the same images: 19 pairs differ in one
    // direction and 20 in the other.
    Score other =
        score(asked(100), IntStream.range(0, 100).mapToObj(i -> i >= 20 && i < 89).toList());
    List<Score> scores = List.of(score(50, 100), other, score(70, 100), score(60, 100));
    assertThat(Score.choice(scores, once)).isEqualTo(1);
    assertThat(Score.choice(scores.subList(2, 4), once)).isZero();
  }

  /** Hidden classes are the units. A method that is better on both kinds is better on the class. */
  @Test
  void theTestOfHCountsClasses() {
    List<Score.Prediction> asked = new ArrayList<>();
    List<Boolean> one = new ArrayList<>();
    List<Boolean> other = new ArrayList<>();
    for (int label = 0; label < 10; label++) {
      for (boolean unseen : new boolean[] {false, true}) {
        asked.add(new Score.Prediction("class " + label, label, unseen, 1, false));
        one.add(label != 9);
        other.add(label < 4 || label == 9);
      }
    }
    // Better on five classes, worse on one: 2 (1 + 6) / 2^6.
    assertThat(score(asked, one).pValueAgainst(score(asked, other)))
        .isCloseTo(14.0 / 64, within(1e-12));
  }

  @Test
  void aBalancedScoreIsTheMeanOfTheClasses() {
    // Four images of class 0, three of them right, and one wrong image of class 1.
    Score score =
        score(
            IntStream.range(0, 5)
                .mapToObj(i -> new Score.Prediction("image " + i, i / 4, false, 1, false))
                .toList(),
            List.of(true, true, true, false, false));
    assertThat(score.accuracy(false)).isEqualTo(60);
    assertThat(score.balanced().accuracy(false)).isCloseTo(37.5, within(1e-9));
    // The image of class 1 counts four times, so the images are worth fewer independent ones.
    assertThat(score.balanced().effectiveImages(false)).isLessThan(score.effectiveImages(false));
    assertThat(score.plus(score).images()).isEqualTo(10);
  }

  /** The exact probabilities of Binomial(n, 1/2), by hand. */
  @Test
  void theTestOfADifferenceIsTheExactOneOfMcNemar() {
    assertThat(pValue(6, 1)).isCloseTo(0.125, within(1e-12)); // 2 (1 + 7) / 2^7
    assertThat(pValue(4, 1)).isCloseTo(0.375, within(1e-12)); // 2 (1 + 5) / 2^5
    assertThat(pValue(1, 4)).isCloseTo(0.375, within(1e-12));
    assertThat(pValue(3, 3)).isEqualTo(1);
    assertThat(pValue(0, 0)).isEqualTo(1);
  }

  /** Returns the p-value of two methods that are right alone on so many of 70 images. */
  private static double pValue(int better, int worse) {
    List<Score.Prediction> asked = asked(70);
    Score one = score(asked, IntStream.range(0, 70).mapToObj(i -> i < better).toList());
    Score other = score(asked, IntStream.range(0, 70).mapToObj(i -> i >= 70 - worse).toList());
    return one.pValueAgainst(other);
  }

  @Test
  void aBurstIsOneObservationOfTheTest() {
    List<Score.Prediction> asked =
        IntStream.range(0, 12)
            .mapToObj(i -> new Score.Prediction("burst " + i / 4, 0, false, 0.25, false))
            .toList();
    // 12 frames of 3 bursts: 2 / 2^3.
    assertThat(score(asked, answers(12, 12)).pValueAgainst(score(asked, answers(0, 12))))
        .isCloseTo(0.25, within(1e-12));
  }

  /** Two bursts of weights 1 and 3 are worth (1 + 3)^2 / (1 + 9) of equal weights. */
  @Test
  void unequalUnitsAreWorthFewer() {
    List<Score.Prediction> asked =
        List.of(
            new Score.Prediction("a", 0, false, 1, false),
            new Score.Prediction("b", 0, false, 3, false));
    assertThat(score(asked, List.of(true, true)).effectiveUnits(false))
        .isCloseTo(1.6, within(1e-12));
    assertThat(score(3, 10).effectiveUnits(false)).isCloseTo(10, within(1e-12));
  }
}
