package org.kgcoop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LazyTest {

  @Test
  void computesItsValueOnceForAllThreads() {
    AtomicInteger calls = new AtomicInteger();
    Lazy<Integer> lazy = new Lazy<>(calls::incrementAndGet);

    assertThat(calls).hasValue(0);
    assertThat(IntStream.range(0, 100).parallel().map(i -> lazy.get()).distinct())
        .containsExactly(1);
    assertThat(calls).hasValue(1);
  }

  @Test
  void computesItsValueAgainAfterAnError() {
    AtomicInteger calls = new AtomicInteger();
    Lazy<Integer> lazy =
        new Lazy<>(
            () -> {
              if (calls.incrementAndGet() == 1) {
                throw new IllegalStateException("not yet");
              }
              return calls.get();
            });

    assertThatThrownBy(lazy::get).hasMessage("not yet");
    assertThat(lazy.get()).isEqualTo(2);
  }
}
