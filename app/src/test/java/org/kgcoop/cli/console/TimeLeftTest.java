package org.kgcoop.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TimeLeftTest {
  private final TimeLeft left = new TimeLeft();

  private Optional<Duration> after(long seconds, long done, long total) {
    return left.after(Duration.ofSeconds(seconds), done, total);
  }

  @Test
  void withoutEarlierWorkTheRateIsThatOfAllUnits() {
    assertThat(after(10, 100, 400)).contains(Duration.ofSeconds(30));
    assertThat(after(10, 400, 400)).contains(Duration.ZERO);
  }

  /** 900 of 1000 images were encoded before. This process needs 1 s for each of the others. */
  @Test
  void unitsOfAnEarlierProcessSayNothingAboutTheRate() {
    left.doneBefore(600);
    left.doneBefore(300);
    assertThat(after(10, 910, 1000)).contains(Duration.ofSeconds(90));
  }

  @Test
  void theTimeInWhichEarlierUnitsAreFoundIsNoWork() {
    left.doneBefore(900);
    assertThat(after(40, 900, 1000)).isEmpty();
    assertThat(after(50, 910, 1000)).contains(Duration.ofSeconds(90));
  }

  @Test
  void aSlowStartDoesNotCountForLong() {
    for (int second = 1; second <= 60; second++) {
      after(second, second, 10_000); // 1 unit per second, then 10
    }
    for (int second = 61; second <= 120; second++) {
      after(second, 60 + 10 * (second - 60), 10_000);
    }
    assertThat(after(120, 660, 10_000)).contains(Duration.ofSeconds(934));
  }

  @Test
  void aFewLongUnitsCountFromTheStart() {
    for (int second = 1; second <= 100; second++) {
      after(second, second / 40, 5);
    }
    assertThat(after(100, 2, 5)).contains(Duration.ofSeconds(150));
  }

  @Test
  void thereIsNoEstimateInTheFirstSeconds() {
    assertThat(after(9, 100, 400)).isEmpty();
    assertThat(after(10, 100, 400)).isPresent();
  }

  @Test
  void withoutOwnWorkThereIsNoEstimate() {
    assertThat(after(10, 0, 10)).isEmpty();
    left.doneBefore(5);
    assertThat(after(20, 5, 10)).isEmpty();
    assertThat(after(30, 4, 10)).isEmpty();
    assertThat(after(45, 7, -1)).isEmpty(); // an unknown total
  }
}
