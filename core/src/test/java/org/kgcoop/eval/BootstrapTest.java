package org.kgcoop.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BootstrapTest {
  private static final Bootstrap BOOTSTRAP = new Bootstrap(10_000, 1);

  /** Marks the first {@code right} of {@code images} as correct. */
  private static int[] first(int right, int images) {
    int[] correct = new int[images];
    Arrays.fill(correct, 0, right, 1);
    return correct;
  }

  private static double deviation(double[] values) {
    double mean = Arrays.stream(values).average().orElseThrow();
    return Math.sqrt(Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / values.length);
  }

  private static double[] difference(double[] a, double[] b) {
    double[] difference = new double[a.length];
    Arrays.setAll(difference, i -> a[i] - b[i]);
    return difference;
  }

  @Test
  void overOneSeedTheDeviationIsThatOfABinomial() {
    // 100 sqrt(p (1 - p) / n) with p = 0.8 and n = 400: 2 percent points.
    double[] values = BOOTSTRAP.accuracies("set", "test", new int[][][] {{first(320, 400)}})[0];

    assertThat(deviation(values)).isCloseTo(2.0, within(0.05));
    Interval interval = Interval.ofResamples(values);
    assertThat(interval.low()).isCloseTo(80 - 1.96 * 2, within(0.3));
    assertThat(interval.high()).isCloseTo(80 + 1.96 * 2, within(0.3));
  }

  @Test
  void theVarianceOverSeedsIsTheUnbiasedOneOfTheirMean() {
    // All images of a seed are equal, so the accuracies are 100, 0, 0 in all resamples. Their
    // unbiased variance is (66.7^2 + 2 x 33.3^2) / 2 = 3333.3. The variance of their mean is a
    // third of it, 33.33^2.
    int[][][] correct = {{first(10, 10), first(0, 10), first(0, 10)}};

    double[] values = BOOTSTRAP.accuracies("set", "test", correct)[0];

    assertThat(deviation(values)).isCloseTo(100 / 3.0, within(0.6));
    assertThat(Arrays.stream(values).average().orElseThrow()).isCloseTo(100 / 3.0, within(1.0));
  }

  @Test
  void aRowAgainstItselfDoesNotDiffer() {
    int[] same = first(30, 50);

    double[][] values = BOOTSTRAP.accuracies("set", "test", new int[][][] {{same}, {same}});

    Interval interval = Interval.ofResamples(difference(values[0], values[1]));
    assertThat(interval).isEqualTo(new Interval(0, 0));
    assertThat(interval.excludesZero()).isFalse();
  }

  @Test
  void rowsArePairedImageByImage() {
    // Both are right on the same 200 of 400, the second on 12 more. Unpaired, a difference of 3
    // points would have the deviation sqrt(2) x 2.5. Paired, it has 100 sqrt(0.03 x 0.97 / 400) =
    // 0.85.
    double[][] values =
        BOOTSTRAP.accuracies("set", "test", new int[][][] {{first(200, 400)}, {first(212, 400)}});

    double[] difference = difference(values[1], values[0]);
    assertThat(deviation(difference)).isCloseTo(0.853, within(0.03));
    assertThat(Interval.ofResamples(difference).excludesZero()).isTrue();
  }

  @Test
  void rowsArePairedSeedBySeed() {
    // The seeds change both rows equally. The rows differ by 10 points, on other images per seed.
    int[][] lower = {first(20, 100), first(50, 100), first(80, 100)};
    int[][] higher = {first(30, 100), first(60, 100), first(90, 100)};

    double[][] values = BOOTSTRAP.accuracies("set", "test", new int[][][] {lower, higher});

    assertThat(deviation(values[0])).isGreaterThan(10);
    assertThat(deviation(difference(values[1], values[0]))).isLessThan(4);
  }

  @Test
  void targetsOfADataSetShareTheSeedsAndNotTheImages() {
    int[][] bySeed = {first(10, 10), first(0, 10), first(0, 10)};
    double[] base = BOOTSTRAP.accuracies("set", "base", new int[][][] {bySeed})[0];
    double[] unseen = BOOTSTRAP.accuracies("set", "new", new int[][][] {bySeed})[0];
    double[] other = BOOTSTRAP.accuracies("another", "base", new int[][][] {bySeed})[0];
    assertThat(unseen).containsExactly(base);
    assertThat(other).isNotEqualTo(base);

    int[][] byImage = {first(5, 10)};
    assertThat(BOOTSTRAP.accuracies("set", "base", new int[][][] {byImage})[0])
        .isNotEqualTo(BOOTSTRAP.accuracies("set", "new", new int[][][] {byImage})[0]);
  }

  @Test
  void equalSeedsGiveEqualResamplesWithAnyOtherRows() {
    SplittableRandom random = new SplittableRandom(3);
    int[][] row = {random.ints(40, 0, 2).toArray(), random.ints(40, 0, 2).toArray()};
    int[][] beside = {first(3, 40)};

    double[] alone = new Bootstrap(500, 7).accuracies("s", "t", new int[][][] {row})[0];

    assertThat(new Bootstrap(500, 7).accuracies("s", "t", new int[][][] {beside, row})[1])
        .containsExactly(alone);
    assertThat(new Bootstrap(500, 8).accuracies("s", "t", new int[][][] {row})[0])
        .isNotEqualTo(alone);
  }

  @Test
  void rejectsRowsOfDifferentImages() {
    assertThatThrownBy(
            () -> BOOTSTRAP.accuracies("s", "t", new int[][][] {{first(1, 2)}, {first(1, 3)}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got 2 and 3");
  }
}
