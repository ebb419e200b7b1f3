package org.kgcoop.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ModelSelectionTest {

  /** The published weights of 20 epochs, mean 15, deviation 1. */
  @Test
  void theSharesOfEpochsAreANormalDensityOfSumOne() {
    double[] shares = new ModelSelection.Average(15, 1).shares(20);
    assertThat(Arrays.copyOfRange(shares, 10, 19))
        .containsExactly(
            new double[] {.00013, .00443, .05399, .24197, .39894, .24197, .05399, .00443, .00013},
            within(5e-6));
    assertThat(Arrays.stream(shares).sum()).isCloseTo(1, within(1e-12));
    assertThat(shares[0]).isCloseTo(Math.exp(-98) / Math.sqrt(2 * Math.PI), within(1e-48));
  }

  @Test
  void aMeanFarFromAllEpochsLeavesTheNearest() {
    assertThat(new ModelSelection.Average(500, 1).shares(3))
        .containsExactly(new double[] {0, 0, 1}, within(1e-9));
    assertThat(new ModelSelection.Average(-500, 0.1).shares(1)).containsExactly(1);
  }
}
