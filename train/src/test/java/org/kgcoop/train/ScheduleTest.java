package org.kgcoop.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kgcoop.fixtures.TinyTraining;

class ScheduleTest {
  private static final Warmup NO_WARMUP = new Warmup(Warmup.Kind.NONE, 0, 0);

  /**
   * The rates of epochs 3, 4, 5, 6 and of the last three, printed from Dassl.pytorch's schedulers
   * with nine digits: rate .002, one constant epoch at 1e-5.
   */
  @ParameterizedTest
  @CsvSource({
    "true, 50, .00199802673 .0019921147 .00198228725 .00196858316,"
        + " 3.14168389e-5 1.77127493e-5 7.88529869e-6",
    "true, 100, .00199950656 .00199802673 .00199556196 .0019921147,"
        + " 7.88529869e-6 4.4380354e-6 1.97327157e-6",
    "false, 50, .00199408213 .00198424498 .00197052735 .0019529834,"
        + " 1.77302426e-5 7.89308629e-6 1.97522039e-6",
    "false, 100, .0019985198 .00199605443 .00199260632 .00198817886,"
        + " 4.43913062e-6 1.97375854e-6 4.93561406e-7"
  })
  void ratesAreThePublished(boolean recount, int epochs, String first, String last) {
    Schedule schedule =
        new Schedule(
            0.002,
            epochs,
            0,
            new Warmup(Warmup.Kind.CONSTANT, 1, 1e-5),
            recount,
            Schedule.Unit.EPOCH);
    assertThat(schedule.rate(0)).isEqualTo(1e-5);
    assertThat(schedule.rate(1)).isEqualTo(0.002);
    String[] early = first.split(" ", -1);
    for (int i = 0; i < early.length; i++) {
      check(schedule.rate(2 + i), Double.parseDouble(early[i]));
    }
    String[] late = last.split(" ", -1);
    for (int i = 0; i < late.length; i++) {
      check(schedule.rate(epochs - late.length + i), Double.parseDouble(late[i]));
    }
  }

  private static void check(double rate, double nineDigits) {
    assertThat(rate).isCloseTo(nineDigits, within(5e-9 * nineDigits));
  }

  @Test
  void withoutWarmUpTheCosineStartsAtOnce() {
    for (boolean recount : List.of(true, false)) {
      // The number and rate of warm-up epochs then mean nothing.
      Schedule schedule =
          new Schedule(0.1, 4, 0, new Warmup(Warmup.Kind.NONE, 3, 7), recount, Schedule.Unit.EPOCH);
      // 0.1 (1 + cos(pi e / 4)) / 2
      assertThat(schedule.rate(0)).isEqualTo(0.1);
      assertThat(schedule.rate(1)).isCloseTo(0.05 * (1 + Math.sqrt(0.5)), within(1e-15));
      assertThat(schedule.rate(2)).isCloseTo(0.05, within(1e-15));
      assertThat(schedule.rate(3)).isCloseTo(0.05 * (1 - Math.sqrt(0.5)), within(1e-15));
    }
  }

  @Test
  void aLinearWarmUpRisesInEqualSteps() {
    Schedule current =
        new Schedule(
            0.1, 10, 0, new Warmup(Warmup.Kind.LINEAR, 4, 1e-3), true, Schedule.Unit.EPOCH);
    // Epoch e < 4: 0.1 e / 4, the first at the warm-up's own rate.
    assertThat(current.rate(0)).isEqualTo(1e-3);
    assertThat(current.rate(1)).isCloseTo(0.025, within(1e-15));
    assertThat(current.rate(2)).isCloseTo(0.05, within(1e-15));
    assertThat(current.rate(3)).isCloseTo(0.075, within(1e-15));
    assertThat(current.rate(4)).isEqualTo(0.1);
    Schedule era =
        new Schedule(
            0.1, 10, 0, new Warmup(Warmup.Kind.LINEAR, 4, 1e-3), false, Schedule.Unit.EPOCH);
    assertThat(era.rate(4)).isCloseTo(0.1, within(1e-15));
    // 0.1 (1 + cos(pi / 2)) / (1 + cos(2 pi / 5))
    assertThat(era.rate(5)).isCloseTo(0.1 / (1 + Math.cos(0.4 * Math.PI)), within(1e-12));
  }

  @Test
  void noRateIsBelowZero() {
    for (boolean recount : List.of(true, false)) {
      for (int epochs = 1; epochs < 60; epochs++) {
        Schedule schedule =
            new Schedule(
                0.002,
                epochs,
                0,
                new Warmup(Warmup.Kind.CONSTANT, 1, 1e-5),
                recount,
                Schedule.Unit.EPOCH);
        for (int epoch = 0; epoch < epochs; epoch++) {
          assertThat(schedule.rate(epoch)).isBetween(0.0, 0.002);
        }
      }
    }
  }

  /** The rates of PyTorch's CosineAnnealingLR of epochs times steps, stepped after each step. */
  @Test
  void byStepsTheRateFallsWithinAnEpoch() {
    Schedule schedule = new Schedule(1e-3, 20, 0, NO_WARMUP, true, Schedule.Unit.STEP);
    assertThat(schedule.rate(0, 0, 7)).isEqualTo(1e-3);
    assertThat(schedule.rate(0, 1, 7)).isCloseTo(9.998741174712534e-4, within(1e-15));
    assertThat(schedule.rate(19, 6, 7))
        .isCloseTo(5e-4 * (1 + Math.cos(Math.PI * 139 / 140)), within(1e-18));
    Schedule byEpochs = TinyTraining.schedule(0.002, 5);
    assertThat(byEpochs.rate(3, 6, 7)).isEqualTo(byEpochs.rate(3));
  }

  @Test
  void aWarmUpOfEpochsHasAllTheirSteps() {
    Schedule schedule =
        new Schedule(
            0.1, 4, 0, new Warmup(Warmup.Kind.CONSTANT, 1, 1e-5), true, Schedule.Unit.STEP);
    assertThat(schedule.rate(0, 2, 3)).isEqualTo(1e-5);
    assertThat(schedule.rate(1, 0, 3)).isEqualTo(0.1);
    // 0.1 (1 + cos(pi 3 / 12)) / 2, three of twelve steps after the warm-up
    assertThat(schedule.rate(2, 0, 3)).isCloseTo(0.05 * (1 + Math.sqrt(0.5)), within(1e-15));
  }

  /** The rates printed from PyTorch's CosineAnnealingLR, stepped after each step. */
  @Test
  void aCosineMayEndAboveZero() {
    Schedule schedule = new Schedule(2e-4, 5, 1e-6, NO_WARMUP, true, Schedule.Unit.STEP);
    check(schedule.rate(0, 0, 5), 2e-4);
    check(schedule.rate(0, 1, 5), 1.99215412781e-4);
    check(schedule.rate(2, 2, 5), 1.06747656693e-4);
    check(schedule.rate(4, 4, 5), 1.78458721921e-6);
  }
}
