package org.kgcoop.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Independent pieces of an experiment, some at a time. */
final class Jobs {
  private Jobs() {}

  /**
   * Does all of them. Where one fails, those that run come to their end, and no other begins.
   *
   * @param atATime one: in the calling thread, by turns; more: each in a thread of its own whose
   *     operations use one core
   * @return what each gave, in their order
   * @throws RuntimeException what the first that failed has thrown
   */
  static <T> List<T> run(List<Supplier<T>> jobs, int atATime) {
    if (atATime == 1) {
      return jobs.stream().map(Supplier::get).toList();
    }
    ExecutorService threads = Executors.newFixedThreadPool(atATime);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    List<CompletableFuture<T>> running = new ArrayList<>();
    for (Supplier<T> job : jobs) {
      running.add(CompletableFuture.supplyAsync(() -> attempt(job, failure), threads));
    }
    threads.shutdown(); // what it has been given is still done
    try {
      CompletableFuture.allOf(running.toArray(CompletableFuture<?>[]::new)).join();
    } catch (CompletionException e) {
      if (failure.get() instanceof Error error) {
        throw error;
      }
      throw failure.get() instanceof RuntimeException thrown ? thrown : e;
    }
    return running.stream().map(CompletableFuture::join).toList();
  }

  private static <T> T attempt(Supplier<T> job, AtomicReference<@Nullable Throwable> failure) {
    if (failure.get() != null) {
      throw new IllegalStateException("not begun, since another job failed");
    }
    try {
      return job.get();
    } catch (RuntimeException | Error e) {
      failure.compareAndSet(null, e);
      throw e;
    }
  }
}
