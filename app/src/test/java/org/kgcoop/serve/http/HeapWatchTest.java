package org.kgcoop.serve.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.kgcoop.KgCoopException;

class HeapWatchTest {
  @Test
  void afterAnErrorTheMemoryOfALargeBodyMustBeFree() {
    HeapWatch small = new HeapWatch(1);
    assertThat(small.failed().status()).isEqualTo(503);
    assertThat(small.isSufficient()).isTrue();

    HeapWatch large = new HeapWatch(Integer.MAX_VALUE); // larger than any array
    assertThat(large.isSufficient()).isTrue(); // nothing has failed
    assertThat(large.failed().status()).isEqualTo(503);
    assertThat(large.isSufficient()).isFalse();
  }

  @Test
  void anErrorOfMemoryMayBeTheCauseOfAnother() {
    OutOfMemoryError cause = new OutOfMemoryError("Java heap space");
    assertThat(HeapWatch.isOutOfMemory(cause)).isTrue();
    assertThat(HeapWatch.isOutOfMemory(KgCoopException.io("x", new IllegalStateException(cause))))
        .isTrue();
    assertThat(HeapWatch.isOutOfMemory(new IllegalStateException())).isFalse();
  }
}
