package org.kgcoop.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kgcoop.tensor.Engine;

class JobsTest {
  private final int threads = Engine.threads();

  @AfterEach
  void restore() {
    Engine.setThreads(threads);
  }

  @Test
  void givesResultsInTheOrderOfTheJobs() {
    for (int atATime : new int[] {1, 2, 5}) {
      List<Supplier<Integer>> jobs =
          IntStream.range(0, 9).<Supplier<Integer>>mapToObj(i -> () -> i * i).toList();
      assertThat(Jobs.run(jobs, Supplier::get, atATime))
          .containsExactly(0, 1, 4, 9, 16, 25, 36, 49, 64);
    }
  }

  @Test
  void runsJobsSideBySide() {
    // Each job waits for the other. If they ran one after the other, neither would end.
    CountDownLatch both = new CountDownLatch(2);
    Supplier<Boolean> job =
        () -> {
          both.countDown();
          try {
            both.await();
          } catch (InterruptedException e) {
            return false;
          }
          return true;
        };
    assertThat(Jobs.run(List.of(job, job), Supplier::get, 2)).containsExactly(true, true);
  }

  @Test
  void aFailureIsThrownAsItWasAndNothingBeginsAfterIt() {
    AtomicInteger begun = new AtomicInteger();
    CountDownLatch other = new CountDownLatch(1);
    CountDownLatch failing = new CountDownLatch(1);
    Supplier<Integer> fails =
        () -> {
          try {
            other.await(); // Another job runs while this one fails.
          } catch (InterruptedException e) {
            return -1;
          }
          failing.countDown();
          throw new IllegalStateException("the reason");
        };
    Supplier<Integer> waits =
        () -> {
          try {
            other.countDown();
            failing.await();
            Thread.sleep(500); // The failure is recorded before the next job would begin.
          } catch (InterruptedException e) {
            return -1;
          }
          return begun.incrementAndGet();
        };
    Supplier<Integer> counts = begun::incrementAndGet;
    List<Supplier<Integer>> jobs =
        List.of(fails, waits, counts, counts, counts, counts, counts, counts);
    assertThatThrownBy(() -> Jobs.run(jobs, Supplier::get, 2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the reason");
    assertThat(begun.get()).isBetween(1, 2);
  }
}
