package org.kgcoop.features;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * An iterator over the results of a function, in order. Some results are computed ahead, on
 * separate threads.
 *
 * @param <T> the input of the function; the thread that takes the results also takes the inputs
 * @param <R> the result of the function
 */
final class Prefetcher<T, R> implements Iterator<R>, AutoCloseable {
  private final Iterator<T> work;
  private final Function<T, R> function;
  private final int length;
  private final ExecutorService threads;
  private final Queue<CompletableFuture<R>> begun = new ArrayDeque<>();

  /**
   * @param threads the number of threads
   * @param length the maximum number of results that wait
   */
  Prefetcher(Iterator<T> work, Function<T, R> function, int threads, int length) {
    this.work = work;
    this.function = function;
    this.length = length;
    this.threads =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, "kgcoop-decoder");
              thread.setDaemon(true);
              return thread;
            });
  }

  @Override
  public boolean hasNext() {
    return !begun.isEmpty() || work.hasNext();
  }

  @Override
  public R next() {
    begin();
    CompletableFuture<R> first = begun.poll();
    if (first == null) {
      throw new NoSuchElementException();
    }
    try {
      return first.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private void begin() {
    while (begun.size() < length && work.hasNext()) {
      T next = work.next();
      begun.add(CompletableFuture.supplyAsync(() -> function.apply(next), threads));
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
