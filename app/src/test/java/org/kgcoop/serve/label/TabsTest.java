package org.kgcoop.serve.label;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TabsTest {
  private final AtomicLong milliseconds = new AtomicLong(5);
  private final Tabs tabs = new Tabs(this::now);

  private long now() {
    return milliseconds.get() * 1_000_000;
  }

  @Test
  void answersOfATabAre100MillisecondsApart() {
    tabs.seen("A");
    assertThat(tabs.answers("A", now())).isTrue();
    milliseconds.addAndGet(99);
    assertThat(tabs.answers("A", now())).isFalse();
    assertThat(tabs.answers("B", now())).isTrue();
    tabs.seen("A"); // a sign of life is no answer
    milliseconds.addAndGet(1);
    assertThat(tabs.answers("A", now())).isTrue();
  }

  @Test
  void aRequestForAPageThatIsSentAgainOrLateIsNoNewOne() {
    assertThat(tabs.isNew("A", 3)).isTrue();
    tabs.asked("A", 3);
    assertThat(tabs.isNew("A", 3)).isFalse();
    assertThat(tabs.answers("A", now() + 1_000_000_000)).isTrue();
    assertThat(tabs.isNew("A", 2)).isFalse();
    assertThat(tabs.isNew("B", 2)).isTrue();
    tabs.asked("A", 0); // without a number
    assertThat(tabs.isNew("A", 0)).isTrue();
    assertThat(tabs.isNew("A", 3)).isFalse();
    assertThat(tabs.isNew("A", 4)).isTrue();
  }

  @Test
  void aTabIsGoneWhenItLeavesOrIsSilentFor30Seconds() {
    assertThat(tabs.isEmpty()).isTrue();
    tabs.seen("A");
    tabs.seen("B");
    tabs.leave("B");
    milliseconds.addAndGet(30_000);
    assertThat(tabs.isEmpty()).isFalse();
    milliseconds.addAndGet(1);
    assertThat(tabs.isEmpty()).isTrue();
  }
}
