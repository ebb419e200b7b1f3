package org.kgcoop.serve.model;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.kgcoop.serve.http.RefusedRequestException;
import org.kgcoop.serve.http.RequestTrace;

/** Serializes work that uses all cores. */
final class SerialWork {
  private final Duration timeLimit;
  private final ReentrantLock computing = new ReentrantLock();

  /**
   * Creates a lock with a time limit.
   *
   * @param timeLimit the maximum time from the complete request to its answer
   */
  SerialWork(Duration timeLimit) {
    this.timeLimit = timeLimit;
  }

  /**
   * Runs the work in the calling thread, after the work of other requests.
   *
   * @throws RefusedRequestException 503 if the time limit is exceeded
   */
  <T> T compute(Supplier<T> work) {
    long left = RequestTrace.current().begun() + timeLimit.toNanos() - System.nanoTime();
    try {
      if (left <= 0 || !computing.tryLock(left, TimeUnit.NANOSECONDS)) {
        throw EncodingQueue.tooLate();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RefusedRequestException(503, "the server is shutting down");
    }
    try {
      return work.get();
    } finally {
      computing.unlock();
    }
  }
}
