package org.kgcoop.trial;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Execution of independent jobs, optionally in parallel. */
public final class Jobs {
  private static final ThreadLocal<Boolean> IS_JOB = ThreadLocal.withInitial(() -> false);

  private Jobs() {}

  /**
   * Runs a job for each input. The jobs of a parallel job run one after the other. If one job
   * fails, the running jobs are completed, and no other job is started.
   *
   * @param atATime the number of parallel jobs: with 1, the jobs run one after the other in the
   *     calling thread; otherwise each runs in its own thread. All jobs share the threads of {@link
   *     org.kgcoop.tensor.Workers}
   * @return the results, in the order of the inputs
   * @throws RuntimeException the exception of the first job that failed
   */
  public static <S, T> List<T> run(List<S> inputs, Function<S, T> job, int atATime) {
    if (atATime == 1 || inputs.size() == 1 || IS_JOB.get()) {
      return inputs.stream().map(job).toList();
    }
    ExecutorService threads = Executors.newFixedThreadPool(atATime);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    List<CompletableFuture<T>> running = new ArrayList<>();
    for (S input : inputs) {
      running.add(
          CompletableFuture.supplyAsync(() -> attempt(() -> job.apply(input), failure), threads));
    }
    threads.shutdown(); // submitted jobs are still completed
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
    IS_JOB.set(true); // the thread ends with its jobs
    try {
      return job.get();
    } catch (RuntimeException | Error e) {
      failure.compareAndSet(null, e);
      throw e;
    }
  }
}
