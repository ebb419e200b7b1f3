package org.kgcoop.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Threads that compute pieces of work in parallel, each on one core.
 *
 * <p>The matrices of prompt tuning have only a few hundred rows. LibTorch gains little by dividing
 * each operation among cores, and its threads must meet after every operation. Larger pieces meet
 * only once. One thread computes a piece, whatever the number of workers. If the division into
 * pieces depends only on the work, the result is bit-identical for any number of workers.
 */
public final class Workers {
  private Workers() {}

  private static final ThreadLocal<Boolean> IS_WORKER = ThreadLocal.withInitial(() -> false);

  private static final ThreadLocal<Boolean> DIVIDES = ThreadLocal.withInitial(() -> false);
  private static final ThreadLocal<Boolean> IS_BESIDE = ThreadLocal.withInitial(() -> false);

  private static int threads;
  private static @Nullable ExecutorService pool;

  /** Returns the number of parallel pieces: {@link Engine#threads()}. */
  static int count() {
    return IS_WORKER.get() ? 1 : Engine.threads();
  }

  /**
   * Computes pieces and waits for all of them.
   *
   * @param piece creates the tensors of a piece, in its own scope and with the gradient recording
   *     of the calling thread; other tensors in this scope are freed
   * @return the tensors of each piece, in order, owned by the innermost scope of the calling thread
   * @throws RuntimeException the exception or the error of the first piece that failed
   */
  public static List<List<Tensor>> map(int pieces, IntFunction<List<Tensor>> piece) {
    Scope scope = Scope.innermost();
    boolean recording = Autograd.isOn();
    if (pieces <= 1 || count() == 1) {
      List<List<Tensor>> results = new ArrayList<>();
      for (int i = 0; i < pieces; i++) {
        results.add(adopted(runPiece(i, piece, recording), scope));
      }
      return results;
    }
    List<CompletableFuture<List<Tensor>>> running = new ArrayList<>();
    Throwable failure = null;
    synchronized (Workers.class) { // so that the pool is not replaced in the meantime
      try {
        for (int i = 0; i < pieces; i++) {
          int index = i;
          running.add(
              CompletableFuture.supplyAsync(() -> runPiece(index, piece, recording), pool()));
        }
      } catch (RuntimeException | Error e) { // no memory for a thread
        failure = e;
      }
    }
    return results(running, scope, failure);
  }

  /** Computes one tensor per piece, like {@link #map}. */
  public static List<Tensor> each(int pieces, IntFunction<Tensor> piece) {
    return map(pieces, i -> List.of(piece.apply(i))).stream().flatMap(List::stream).toList();
  }

  /** Returns the rows of the tensors of {@link #each}, in the order of the pieces. */
  public static Tensor rows(long pieces, IntFunction<Tensor> piece) {
    return Tensor.concat(each(Math.toIntExact(pieces), piece), 0);
  }

  /**
   * Computes a single piece on the calling thread. Its frozen layers may divide their outputs among
   * the workers, without a change of any bit.
   *
   * @param piece creates the tensors of the piece; those other than the result are freed
   */
  public static Tensor single(Supplier<Tensor> piece) {
    return with(
        DIVIDES,
        !IS_WORKER.get() && !IS_BESIDE.get(),
        () -> {
          try (Scope scope = Scope.open("single")) {
            return scope.promote(piece.get());
          }
        });
  }

  /**
   * Runs work beside other threads that keep the cores busy. A {@link #single} piece in it is not
   * divided.
   */
  public static <T> T beside(Supplier<T> work) {
    return with(IS_BESIDE, true, work);
  }

  private static <T> T with(ThreadLocal<Boolean> flag, boolean value, Supplier<T> work) {
    boolean before = flag.get();
    flag.set(value);
    try {
      return work.get();
    } finally {
      flag.set(before);
    }
  }

  /** Returns the number of workers among which a layer may divide its outputs here. */
  static int dividing() {
    return DIVIDES.get() ? count() : 1;
  }

  /** Runs pieces that create no tensors, otherwise as {@link #map}. */
  public static void forEach(int pieces, IntConsumer piece) {
    List<List<Tensor>> unused =
        map(
            pieces,
            index -> {
              piece.accept(index);
              return List.of();
            });
  }

  /**
   * Waits for all pieces, also after a failure. Otherwise nobody would free their results.
   *
   * @param failed the failure before the first piece, or null
   */
  private static List<List<Tensor>> results(
      List<CompletableFuture<List<Tensor>>> running, Scope scope, @Nullable Throwable failed) {
    List<List<Tensor>> results = new ArrayList<>();
    Throwable failure = failed;
    for (CompletableFuture<List<Tensor>> future : running) {
      try {
        // Not interruptible: a native operation cannot be stopped, and its results must be freed.
        results.add(adopted(future.join(), scope));
      } catch (RuntimeException | Error e) {
        Throwable cause = e instanceof CompletionException ? e.getCause() : e;
        failure = failure == null ? cause : failure;
      }
    }
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure != null) {
      throw failure instanceof RuntimeException known ? known : new IllegalStateException(failure);
    }
    return results;
  }

  private static List<Tensor> runPiece(
      int index, IntFunction<List<Tensor>> piece, boolean recording) {
    try (Scope scope = Scope.open("piece");
        Autograd.Switch mode = Autograd.set(recording)) {
      List<Tensor> results = List.copyOf(piece.apply(index));
      results.forEach(result -> result.checkOpen("keep")); // keeps all or none
      results.forEach(Tensor::keep);
      return results;
    }
  }

  private static List<Tensor> adopted(List<Tensor> tensors, Scope scope) {
    try {
      tensors.forEach(scope::adopt);
      return tensors;
    } catch (RuntimeException | Error e) {
      tensors.forEach(Tensor::close);
      throw e;
    }
  }

  private static synchronized ExecutorService pool() {
    if (pool == null || threads != Engine.threads()) {
      if (pool != null) {
        pool.shutdown(); // submitted work still finishes
      }
      threads = Engine.threads();
      pool = Executors.newFixedThreadPool(threads, Workers::thread);
    }
    return pool;
  }

  private static Thread thread(Runnable work) {
    Thread thread =
        new Thread(
            () -> {
              IS_WORKER.set(true);
              work.run();
            },
            "kgcoop-worker");
    thread.setDaemon(true);
    return thread;
  }
}
