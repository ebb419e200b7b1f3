package org.kgcoop.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;

class HypergeometricLimitsTest {
  private static final double TAIL = 0.025;

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
          assertThat(HypergeometricLimits.of(wrong, sample, population, 0.95))
              .as("%s of %s of %s", wrong, sample, population)
              .isEqualTo(new HypergeometricLimits(low, high));
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
    assertThat(HypergeometricLimits.of(0, 0, 12, 0.95)).isEqualTo(new HypergeometricLimits(0, 12));
  }

  @Test
  void isTheTruthIfTheSampleIsEverything() {
    assertThat(HypergeometricLimits.of(3, 20, 20, 0.95)).isEqualTo(new HypergeometricLimits(3, 3));
  }

  @Test
  void rejectsASampleLargerThanThePopulation() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HypergeometricLimits.of(0, 5, 4, 0.95).low());
  }
}
