package org.kgcoop.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TimeLeftTest {
  private final TimeLeft left = new TimeLeft();

  @Test
  void withoutEarlierWorkTheRateIsThatOfAllUnits() {
    assertThat(left.after(Duration.ofSeconds(10), 100, 400)).contains(Duration.ofSeconds(30));
    assertThat(left.after(Duration.ofSeconds(10), 400, 400)).contains(Duration.ZERO);
  }

  /** 900 of 1000 images were encoded before. This process needs 1 s for each of the others. */
  @Test
  void unitsOfAnEarlierProcessSayNothingAboutTheRate() {
    left.doneBefore(600);
    left.doneBefore(300);
    assertThat(left.after(Duration.ofSeconds(10), 910, 1000)).contains(Duration.ofSeconds(90));
  }

  @Test
  void withoutOwnWorkThereIsNoEstimate() {
    assertThat(left.after(Duration.ofSeconds(1), 0, 10)).isEmpty();
    left.doneBefore(5);
    assertThat(left.after(Duration.ofSeconds(1), 5, 10)).isEmpty();
    assertThat(left.after(Duration.ofSeconds(1), 4, 10)).isEmpty();
    assertThat(left.after(Duration.ofSeconds(1), 7, -1)).isEmpty(); // an unknown total
  }
}
