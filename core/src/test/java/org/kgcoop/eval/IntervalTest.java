package org.kgcoop.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigInteger;
import java.util.Arrays;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.junit.jupiter.api.Test;

class IntervalTest {
  private static final double TAIL = 0.025;

  /** At each limit, a result at least as extreme has the probability 2.5 %. */
  @Test
  void atALimitTheTailIsHalfOfTheRest() {
    Interval limits = Interval.ofShare(41, 50, 0.95);
    assertThat(1 - BinomialDistribution.of(50, limits.low()).cumulativeProbability(40))
        .isCloseTo(0.025, within(1e-9));
    assertThat(BinomialDistribution.of(50, limits.high()).cumulativeProbability(41))
        .isCloseTo(0.025, within(1e-9));
  }

  @Test
  void allOrNoneReachTheEnds() {
    assertThat(Interval.ofShare(0, 10, 0.95).low()).isZero();
    assertThat(Interval.ofShare(10, 10, 0.95).high()).isOne();
    assertThatThrownBy(() -> Interval.ofShare(11, 10, 0.95))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got 11.0 of 10.0");
  }

  @Test
  void anIntervalIsFoundBetweenResamples() {
    double[] values = new double[41];
    Arrays.setAll(values, i -> 40 - i);

    // Positions 0.025 x 40 = 1 and 0.975 x 40 = 39 of 0, 1, ... 40.
    assertThat(Interval.ofResamples(values)).isEqualTo(new Interval(1, 39));
  }

  @Test
  void containsEachNumberThatNoTailRejects() {
    for (int population : new int[] {1, 7, 23}) {
      for (int sample = 1; sample <= Math.min(population, 9); sample++) {
        for (int wrong = 0; wrong <= sample; wrong++) {
          int low = population;
          int high = 0;
          for (int d = wrong; d <= population - (sample - wrong); d++) {
            double below = 0;
            double above = 0;
            for (int x = 0; x <= sample; x++) {
              below += x <= wrong ? probability(x, d, sample, population) : 0;
              above += x >= wrong ? probability(x, d, sample, population) : 0;
            }
            if (below > TAIL && above > TAIL) {
              low = Math.min(low, d);
              high = Math.max(high, d);
            }
          }
          assertThat(Interval.ofCount(wrong, sample, population, 0.95))
              .as("%s of %s of %s", wrong, sample, population)
              .isEqualTo(new Interval(low, high));
        }
      }
    }
  }

  private static double probability(int x, int d, int sample, int population) {
    return choose(d, x).multiply(choose(population - d, sample - x)).doubleValue()
        / choose(population, sample).doubleValue();
  }

  private static BigInteger choose(int n, int k) {
    BigInteger value = k < 0 || k > n ? BigInteger.ZERO : BigInteger.ONE;
    for (int i = 1; i <= k; i++) {
      value = value.multiply(BigInteger.valueOf(n - k + i)).divide(BigInteger.valueOf(i));
    }
    return value;
  }

  @Test
  void isEverythingWithoutASample() {
    assertThat(Interval.ofCount(0, 0, 12, 0.95)).isEqualTo(new Interval(0, 12));
  }

  @Test
  void isTheTruthIfTheSampleIsEverything() {
    assertThat(Interval.ofCount(3, 20, 20, 0.95)).isEqualTo(new Interval(3, 3));
  }

  @Test
  void rejectsASampleLargerThanThePopulation() {
    assertThatIllegalArgumentException().isThrownBy(() -> Interval.ofCount(0, 5, 4, 0.95).low());
  }
}
