package org.kgcoop.trial;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WorkEstimateTest {
  @Test
  void aComputerIsBusyIfHalfOfItsProcessorsAreInUse() {
    assertThat(WorkEstimate.isBusy(1.0, 2)).isTrue();
    assertThat(WorkEstimate.isBusy(0.99, 2)).isFalse();
    assertThat(WorkEstimate.isBusy(-1, 2)).as("no load average, as on Windows").isFalse();
  }

  @Test
  void timesAreProportionalToClassesAndImages() {
    MethodCost cost = new MethodCost(0.5, 0.01, 4, 8, 0, 0);

    assertThat(cost.training(12)).isEqualTo(1.5);
    assertThat(cost.test(8, 100)).isEqualTo(2.0);
  }
}
