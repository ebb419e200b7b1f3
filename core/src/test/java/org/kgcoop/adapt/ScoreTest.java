package org.kgcoop.adapt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;
import org.kgcoop.runs.AdaptRecord;

class ScoreTest {
  private static Score score(int right, int images) {
    return new Score(asked(images), answers(right, images));
  }

  private static List<Score.HeldOutImage> asked(int images) {
    return IntStream.range(0, images)
        .mapToObj(i -> new Score.HeldOutImage("image " + i, 0, false, 1))
        .toList();
  }

  private static List<Boolean> answers(int right, int images) {
    return IntStream.range(0, images).mapToObj(i -> i < right).toList();
  }

  @Test
  void theFigureIsTheAccuracyOrTheJointHOfSeenAndHiddenClasses() {
    assertThat(score(3, 4).value()).isEqualTo(75);
    Score joint =
        new Score(
            List.of(
                new Score.HeldOutImage("cat", 0, false, 1),
                new Score.HeldOutImage("cat", 0, true, 1),
                new Score.HeldOutImage("dog", 0, false, 1),
                new Score.HeldOutImage("dog", 0, true, 1)),
            List.of(true, true, false, true));
    assertThat(joint.accuracy(false)).isEqualTo(50);
    assertThat(joint.accuracy(true)).isEqualTo(100);
    assertThat(joint.value()).isCloseTo(2 * 50.0 * 100 / 150, within(1e-9));
  }

  @Test
  void nearCopiesCountOnceTogether() {
    Score score =
        new Score(
            List.of(
                new Score.HeldOutImage("a", 0, false, .5),
                new Score.HeldOutImage("a", 0, false, .5),
                new Score.HeldOutImage("b", 0, false, 1)),
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
    List<Score.HeldOutImage> asked =
        IntStream.range(0, 10)
            .mapToObj(i -> new Score.HeldOutImage(i < 5 ? "a" : "b", 0, false, 1))
            .toList();
    // The variance of the mean of two units, with the factor n / (n - 1), is 2 (.5 / 2)^2 2 = .25.
    // One image has the variance .25, too.
    assertThat(new Score(asked, answers(5, 10)).effectiveImages(false)).isCloseTo(1, within(1e-9));
    // Ten single images have the variance .25 / 10 times 10 / 9.
    assertThat(score(5, 10).effectiveImages(false)).isCloseTo(9, within(1e-9));
    assertThat(score(10, 10).effectiveImages(false)).isCloseTo(10, within(1e-9));
  }

  /** Wilson's interval for 8 of 10, computed by hand with z = 1.96. */
  @Test
  void theIntervalIsWilsons() {
    AdaptRecord.Interval interval = Score.interval(8, 10);
    assertThat(interval.low()).isCloseTo(49.02, within(0.01));
    assertThat(interval.high()).isCloseTo(94.33, within(0.01));
    assertThat(interval.holds(60)).isTrue();
    assertThat(interval.holds(40)).isFalse();
    assertThat(Score.interval(10, 10).high()).isCloseTo(100, within(1e-9));
  }

  /**
   * If predictions differ for a share p of n images, the standard error of the paired difference is
   * sqrt(p (1 - p) / (n - 1)).
   */
  @Test
  void theStandardErrorIsThatOfThePairedDifference() {
    Score some = score(50, 100);
    Score more = score(60, 100);
    assertThat(more.standardErrorAgainst(some))
        .isCloseTo(100 * Math.sqrt(0.1 * 0.9 / 99), within(1e-9));
    assertThat(some.standardErrorAgainst(some)).isZero();
  }

  @Test
  void theSimplestOfEqualsIsChosen() {
    double[] once = new double[100];
    Arrays.fill(once, 1);
    // One correct image less than the best, but not the same images: 19 pairs differ in one
    // direction and 20 in the other.
    Score other =
        new Score(asked(100), IntStream.range(0, 100).mapToObj(i -> i >= 20 && i < 89).toList());
    List<Score> scores = List.of(score(50, 100), other, score(70, 100), score(60, 100));
    assertThat(Score.choice(scores, once)).isEqualTo(1);
    assertThat(Score.choice(scores.subList(2, 4), once)).isZero();
  }

  /** The expected error uses numerical derivatives of H with respect to the weight of a class. */
  @Test
  void theErrorOfHFollowsFromWholeClasses() {
    List<Score.HeldOutImage> asked = new ArrayList<>();
    List<Boolean> answers = new ArrayList<>();
    for (int label = 0; label < 40; label++) {
      for (boolean unseen : new boolean[] {false, true}) {
        asked.add(new Score.HeldOutImage("class " + label, label, unseen, 1));
        answers.add(label % (unseen ? 4 : 2) == 0);
      }
    }
    Score score = new Score(asked, answers);
    Score zero = new Score(asked, asked.stream().map(each -> false).toList());
    double[] heavier = new double[40];
    Arrays.fill(heavier, 1);
    double sum = 0;
    for (int unit = 0; unit < 40; unit++) {
      heavier[unit] = 1 + 1e-6;
      sum += Math.pow((score.value(heavier) - score.value()) / 1e-6, 2);
      heavier[unit] = 1;
    }
    assertThat(score.standardErrorAgainst(zero)).isCloseTo(Math.sqrt(sum * 40 / 39), within(1e-3));
  }

  @Test
  void aBalancedScoreIsTheMeanOfTheClasses() {
    // Four images of class 0, three of them right, and one wrong image of class 1.
    Score score =
        new Score(
            IntStream.range(0, 5)
                .mapToObj(i -> new Score.HeldOutImage("image " + i, i / 4, false, 1))
                .toList(),
            List.of(true, true, true, false, false));
    assertThat(score.accuracy(false)).isEqualTo(60);
    assertThat(score.balanced().accuracy(false)).isCloseTo(37.5, within(1e-9));
    // The image of class 1 counts four times, so the images are worth fewer independent ones.
    assertThat(score.balanced().effectiveImages(false)).isLessThan(score.effectiveImages(false));
    assertThat(score.plus(score).images()).isEqualTo(10);
  }

  @Test
  void theTestOfADifferenceIsMcNemars() {
    // The first method is right on 6 images that the second gets wrong, and the reverse on 2.
    List<Score.HeldOutImage> asked = asked(100);
    Score one = new Score(asked, IntStream.range(0, 100).mapToObj(i -> i < 56).toList());
    Score other =
        new Score(
            asked, IntStream.range(0, 100).mapToObj(i -> i < 50 || i == 60 || i == 70).toList());
    // z = (6 - 2) / sqrt(6 + 2), apart from the mean difference and the factor n / (n - 1).
    double z = 4 / Math.sqrt((8 - 16 / 100.0) * 100 / 99);
    assertThat(one.pValueAgainst(other))
        .isCloseTo(2 * NormalDistribution.of(0, 1).survivalProbability(z), within(1e-9));
    assertThat(one.pValueAgainst(one)).isEqualTo(1);
  }
}
