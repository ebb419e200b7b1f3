package org.kgcoop.adapt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kgcoop.runs.AdaptRecord;

class ScoreTest {
  private static int[] right(int correct, int total) {
    int[] images = new int[total];
    for (int i = 0; i < correct; i++) {
      images[i] = 1;
    }
    return images;
  }

  @Test
  void theFigureIsTheAccuracyOrTheMeanHOfTheHalves() {
    assertThat(new Score(List.of(right(3, 4))).value()).isEqualTo(75);
    Score halves = new Score(List.of(right(1, 2), right(1, 1), right(3, 4), right(0, 5)));
    assertThat(halves.value()).isCloseTo((2 * 50.0 * 100 / 150 + 0) / 2, within(1e-9));
    assertThat(halves.accuracy(false, 6).accuracy()).isCloseTo(100 * 4 / 6.0, within(1e-9));
    assertThat(halves.accuracy(true, 6).accuracy()).isCloseTo(100 * 1 / 6.0, within(1e-9));
  }

  /** Wilson's interval by hand: z = 1.96, 8 of 10. */
  @Test
  void theIntervalIsWilsons() {
    AdaptRecord.Interval interval = Score.interval(8, 10);
    assertThat(interval.low()).isCloseTo(49.02, within(0.01));
    assertThat(interval.high()).isCloseTo(94.33, within(0.01));
    assertThat(interval.holds(60)).isTrue();
    assertThat(interval.holds(40)).isFalse();
    assertThat(Score.interval(10, 10).high()).isCloseTo(100, within(1e-9));
  }

  /** The interval for as many images to come as were measured on: that of half as many. */
  @Test
  void whatIsToComeVariesToo() {
    AdaptRecord.Interval some = new Score(List.of(right(16, 20))).accuracy(false, 20);
    AdaptRecord.Interval half = Score.interval(8, 10);
    assertThat(some.low()).isCloseTo(half.low(), within(1e-9));
    assertThat(some.high()).isCloseTo(half.high(), within(1e-9));
    assertThat(some.images()).isEqualTo(20);
  }

  /**
   * The deviation of the difference of pairs that differ in a share p of n images is sqrt(p (1 - p)
   * / n).
   */
  @Test
  void theStandardErrorIsThatOfThePairedDifference() {
    Score some = new Score(List.of(right(50, 100)));
    Score more = new Score(List.of(right(60, 100)));
    assertThat(more.standardErrorAgainst(some))
        .isCloseTo(100 * Math.sqrt(0.1 * 0.9 / 100), within(0.3));
    assertThat(some.standardErrorAgainst(some)).isZero();
  }
}
