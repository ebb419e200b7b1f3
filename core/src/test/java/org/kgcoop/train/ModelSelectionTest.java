package org.kgcoop.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;

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

  @Test
  void readsModelSelectionsByName() {
    for (ModelSelection kept :
        List.of(
            new ModelSelection.Last(),
            new ModelSelection.Best(),
            new ModelSelection.Average(6.5, 10))) {
      assertThat(ModelSelection.ofId(kept.id())).isEqualTo(kept);
    }
    assertThat(ModelSelection.ofId("gauss:15,1")).isEqualTo(new ModelSelection.Average(15, 1));
    assertThat(new ModelSelection.Average(15, 0.5).id()).isEqualTo("gauss:15,0.5");
    assertThat(new ModelSelection.Average(15, 2).stretched(2))
        .isEqualTo(new ModelSelection.Average(30, 4));
    assertThat(new ModelSelection.Best().stretched(2)).isEqualTo(new ModelSelection.Best());
  }

  @ParameterizedTest
  @ValueSource(strings = {"first", "gauss", "gauss:", "gauss:15", "gauss:15,x", "gauss:1,2,3", ""})
  void rejectsOtherNames(String id) {
    assertThatThrownBy(() -> ModelSelection.ofId(id))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining(
            "keep '" + id + "': expected last, best or gauss:MEAN,DEVIATION, such as gauss:15,1");
  }

  @Test
  void aDeviationIsAboveZero() {
    assertThatThrownBy(() -> ModelSelection.ofId("gauss:15,0"))
        .isInstanceOf(KgCoopException.class)
        .hasMessage(
            "average over epochs: expected a mean and a deviation above 0, got 15.0 and 0.0");
  }
}
