package org.kgcoop.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Threads that compute pieces of one work side by side, each on a single core.
 *
 * <p>The matrices of a prompt are thin, a few hundred rows: LibTorch gains little by dividing each
 * operation among cores, and has to meet after every one. Pieces that are divided once, at the
 * outside, meet once. A piece is computed by one thread however many workers there are: where the
 * pieces are a function of the work alone, so are the bits of the result.
 */
public final class Workers {
  private Workers() {}

  private static final ThreadLocal<Boolean> IS_WORKER = ThreadLocal.withInitial(() -> false);

  private static int threads;
  private static @Nullable ExecutorService pool;

  /** The number of pieces that are computed at a time: {@link Engine#threads()}. */
  static int count() {
    return IS_WORKER.get() ? 1 : Engine.threads();
  }

  /**
   * Computes pieces and waits for all.
   *
   * @param piece makes the tensors of a piece, in a scope of its own and with the recording of
   *     gradients as it is in the calling thread; what it makes besides them is freed
   * @return what each piece made, in the order of pieces, owned by the innermost scope of the
   *     calling thread
   * @throws RuntimeException what the first piece that failed has thrown
   */
  public static List<List<Tensor>> map(int pieces, IntFunction<List<Tensor>> piece) {
    boolean recording = Autograd.isOn();
    if (pieces <= 1 || count() == 1) {
      List<List<Tensor>> results = new ArrayList<>();
      for (int i = 0; i < pieces; i++) {
        results.add(adopted(kept(i, piece, recording)));
      }
      return results;
    }
    List<Future<List<Tensor>>> running = new ArrayList<>();
    synchronized (Workers.class) { // so that the pool is not replaced in between
      for (int i = 0; i < pieces; i++) {
        int index = i;
        running.add(pool().submit(() -> kept(index, piece, recording)));
      }
    }
    return results(running);
  }

  private static List<List<Tensor>> results(List<Future<List<Tensor>>> running) {
    List<List<Tensor>> results = new ArrayList<>();
    @Nullable RuntimeException failure = null;
    boolean interrupted = false;
    for (Future<List<Tensor>> future : running) {
      while (true) {
        try {
          results.add(adopted(future.get()));
          break;
        } catch (InterruptedException e) {
          // A native operation cannot be stopped, and its results have to be freed.
          interrupted = true;
        } catch (ExecutionException e) {
          if (e.getCause() instanceof Error error) {
            throw error;
          }
          RuntimeException thrown =
              e.getCause() instanceof RuntimeException known
                  ? known
                  : new IllegalStateException(e.getCause());
          failure = failure == null ? thrown : failure;
          break;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      throw failure;
    }
    return results;
  }

  private static List<Tensor> kept(int index, IntFunction<List<Tensor>> piece, boolean recording) {
    try (Scope scope = Scope.open("piece");
        Autograd.Switch mode = Autograd.set(recording)) {
      return piece.apply(index).stream().map(Tensor::keep).toList();
    }
  }

  private static List<Tensor> adopted(List<Tensor> kept) {
    Scope scope = Scope.innermost();
    kept.forEach(scope::adopt);
    return kept;
  }

  private static synchronized ExecutorService pool() {
    if (pool == null || threads != Engine.threads()) {
      if (pool != null) {
        pool.shutdown(); // what it has been given is still done
      }
      threads = Engine.threads();
      pool = started(threads);
    }
    return pool;
  }

  private static ExecutorService started(int threads) {
    CountDownLatch ready = new CountDownLatch(threads);
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> thread(work, ready));
    pool.prestartAllCoreThreads();
    awaitAll(ready);
    return pool;
  }

  private static void awaitAll(CountDownLatch ready) {
    boolean interrupted = false;
    while (true) {
      try {
        ready.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static Thread thread(Runnable work, CountDownLatch ready) {
    Thread thread =
        new Thread(
            () -> {
              IS_WORKER.set(true);
              ready.countDown();
              work.run();
            },
            "kgcoop-worker");
    thread.setDaemon(true);
    return thread;
  }
}
