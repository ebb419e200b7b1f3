package org.kgcoop.adapt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.kgcoop.runs.AdaptRecord;

class ExpectationTest {
  private static Score score(List<Boolean> answers) {
    return ScoreTest.score(
        IntStream.range(0, answers.size())
            .mapToObj(i -> new Score.Prediction("image " + i, 0, false, 1, false))
            .toList(),
        answers);
  }

  private static List<Boolean> answers(Random random, int images, double share) {
    List<Boolean> answers = new ArrayList<>();
    for (int i = 0; i < images; i++) {
      answers.add(random.nextDouble() < share);
    }
    return answers;
  }

  /** With a = b = 1, all counts from 0 to 9 are equally likely. 2.5 % of ten is less than one. */
  @Test
  void theBetaBinomialIsUniformForAUniformBeta() {
    assertThat(Expectation.betaBinomial(1, 1, 9)).containsExactly(0, 100);
    double[] hundred = Expectation.betaBinomial(1, 1, 99);
    assertThat(hundred[0]).isCloseTo(2 / .99, within(1e-9));
    assertThat(hundred[1]).isCloseTo(97 / .99, within(1e-9));
    // A narrow Beta at .5 gives the binomial, whose 2.5 % quantile at n = 100 is 40.
    assertThat(Expectation.betaBinomial(1e9, 1e9, 100)).containsExactly(40, 60);
  }

  /**
   * Computes the interval from 30 held-out images, and measures 100 new images. Both accuracies
   * vary, and the interval contains the second in 95 % of the trials.
   */
  @Test
  void nineteenOfTwentyNewAccuraciesLieWithin() {
    Random random = new Random(3);
    int inside = 0;
    for (int trial = 0; trial < 1000; trial++) {
      double truth = .3 + .65 * random.nextDouble();
      AdaptRecord.Accuracy promise =
          new Expectation(score(answers(random, 30, truth)), 0, 0, false).interval();
      long right = answers(random, 100, truth).stream().filter(each -> each).count();
      inside += promise.holds((double) right) ? 1 : 0;
    }
    assertThat(inside).isBetween(930, 990);
  }

  /**
   * Eight methods guess with a true accuracy of 25 %. The measured accuracy of the best one is
   * higher. The correction is known to be slightly too large.
   */
  @Test
  void theLuckOfTheBestOfSeveralIsTakenOff() {
    Random random = new Random(5);
    double before = 0;
    double after = 0;
    for (int trial = 0; trial < 40; trial++) {
      List<Score> scores =
          IntStream.range(0, 8).mapToObj(i -> score(answers(random, 40, .25))).toList();
      double[] once = new double[40];
      Arrays.fill(once, 1);
      Score chosen = scores.get(Score.choice(scores, once));
      before += chosen.accuracy(false) / 40;
      after +=
          new Expectation(chosen, Expectation.optimism(scores, false), 0, false)
                  .interval()
                  .accuracy()
              / 40;
    }
    assertThat(before).isGreaterThan(28);
    assertThat(after).isBetween(17.0, 27.0);
  }

  /**
   * Ten hidden classes have four images each. Half of the classes are all right, half all wrong.
   */
  @Test
  void fewClassesWithoutImagesVaryMoreThanMany() {
    List<Score.Prediction> asked =
        IntStream.range(0, 40)
            .mapToObj(i -> new Score.Prediction("class " + i / 4, i / 4, true, 1, false))
            .toList();
    Score score = ScoreTest.score(asked, IntStream.range(0, 40).mapToObj(i -> i < 20).toList());
    assertThat(score.varianceOfClasses()).isCloseTo(10 * 0.25 / 9, within(1e-12));
    AdaptRecord.Accuracy one = new Expectation(score, 0, 0, false).unseenInterval(1);
    AdaptRecord.Accuracy many = new Expectation(score, 0, 0, false).unseenInterval(1000);
    assertThat(one.high() - one.low()).isGreaterThan(90);
    assertThat(many.high() - many.low()).isBetween(50.0, 70.0);
    assertThat(one.accuracy()).isEqualTo(many.accuracy()).isEqualTo(50);
  }

  @Test
  void classifiersThatShareImagesMakeTheIntervalWider() {
    Score score = score(IntStream.range(0, 100).mapToObj(i -> i < 80).toList());
    AdaptRecord.Accuracy apart = new Expectation(score, 0, 0, false).interval();
    AdaptRecord.Accuracy shared = new Expectation(score, 0, 0, true).interval();
    // The variance of 100 images grows 1.4 times, that of 100 new images does not.
    assertThat((shared.high() - shared.low()) / (apart.high() - apart.low()))
        .isCloseTo(Math.sqrt((1.4 + 1) / 2), within(0.1));
  }

  @Test
  void aSingleCandidateIsNotOptimistic() {
    assertThat(Expectation.optimism(List.of(score(List.of(true, false))), false)).isZero();
  }

  /** Half of the new images show a class without an image, and are wrong. */
  @Test
  void imagesOfClassesThatNobodyDrewAreWrong() {
    Score score = score(IntStream.range(0, 100).mapToObj(i -> i < 80).toList());
    AdaptRecord.Accuracy promise = new Expectation(score, 0, 0, 0, 0, 0.5, false).interval();
    assertThat(promise.accuracy()).isCloseTo(40, within(1e-9));
    assertThat(promise.low()).isLessThan(25);
  }

  /** A standard error of 10 points alone makes a wide interval around a lower figure. */
  @Test
  void theAccuracyOnOtherObjectsIsLowerAndLessCertain() {
    Score score = score(IntStream.range(0, 10_000).mapToObj(i -> i < 8_000).toList());
    AdaptRecord.Accuracy promise = new Expectation(score, 0, 0, 30, 10, 0, false).interval();
    assertThat(promise.accuracy()).isCloseTo(50, within(1e-9));
    assertThat(promise.low()).isBetween(26.0, 31.0); // 50 - 1.96 x 11.2
    assertThat(promise.high()).as("of the same objects").isBetween(86.0, 89.0); // 80 + 1.96 x 4
  }

  /**
   * With 32 times as many images, half as many answers are wrong: 32 to the power of -0.2 is 0.5.
   */
  @Test
  void theFinalMethodLearnsFromMoreImagesThanThoseOfTheFolds() {
    assertThat(Expectation.gain(60, 1, 32)).isCloseTo(20, within(1e-9));
    assertThat(Expectation.gain(60, 2, 2)).isZero();
    assertThat(Expectation.gain(60, 0, 2)).isZero();
    assertThat(Expectation.gain(100, 1, 2)).isZero();
  }
}
