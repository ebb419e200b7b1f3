package org.kgcoop.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.junit.jupiter.api.Test;

class BinomialLimitsTest {
  /** At each limit, a result at least as extreme has the probability 2.5 %. */
  @Test
  void atALimitTheTailIsHalfOfTheRest() {
    BinomialLimits limits = BinomialLimits.of(41, 50, 0.95);
    assertThat(1 - BinomialDistribution.of(50, limits.low()).cumulativeProbability(40))
        .isCloseTo(0.025, within(1e-9));
    assertThat(BinomialDistribution.of(50, limits.high()).cumulativeProbability(41))
        .isCloseTo(0.025, within(1e-9));
  }

  @Test
  void allOrNoneReachTheEnds() {
    assertThat(BinomialLimits.of(0, 10, 0.95).low()).isZero();
    assertThat(BinomialLimits.of(10, 10, 0.95).high()).isOne();
    assertThatThrownBy(() -> BinomialLimits.of(11, 10, 0.95))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got 11 of 10");
  }
}
