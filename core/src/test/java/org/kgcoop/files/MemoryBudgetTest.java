package org.kgcoop.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {

  @Test
  void theSumOfThePartsStaysBelowTheBudgetAndALargePartIsAlone() throws Exception {
    MemoryBudget budget = new MemoryBudget(10);
    AtomicInteger used = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    ExecutorService pool = Executors.newFixedThreadPool(8);
    try {
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        int amount = i % 7 == 0 ? 1000 : 1 + i % 6;
        done.add(
            pool.submit(
                () -> {
                  try (MemoryBudget.Part part = budget.take(amount)) {
                    int now = used.addAndGet(Math.min(10, amount));
                    most.accumulateAndGet(now, Math::max);
                    Thread.yield();
                    used.addAndGet(-Math.min(10, amount));
                    part.close(); // a second time has no effect
                  }
                }));
      }
      for (Future<?> each : done) {
        each.get();
      }
    } finally {
      pool.shutdown();
    }
    assertThat(most.get()).isBetween(1, 10);
  }
}
