package org.kgcoop.serve.model;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.kgcoop.serve.http.RefusedRequestException;
import org.kgcoop.serve.http.RequestTrace;

/** Work that takes all cores, so that of several requests one is served after the other. */
final class SerialWork {
  private final Duration timeLimit;
  private final ReentrantLock computing = new ReentrantLock();

  /**
   * Work within a time limit.
   *
   * @param timeLimit from the whole request to its answer
   */
  SerialWork(Duration timeLimit) {
    this.timeLimit = timeLimit;
  }

  /**
   * Does the work of a request in the thread that asks, when that of others is done.
   *
   * @throws RefusedRequestException 503 where the time limit is over before
   */
  <T> T compute(Supplier<T> work) {
    long left = RequestTrace.current().begun() + timeLimit.toNanos() - System.nanoTime();
    try {
      if (left <= 0 || !computing.tryLock(left, TimeUnit.NANOSECONDS)) {
        throw EncodingQueue.tooLate();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RefusedRequestException(503, "the server stops");
    }
    try {
      return work.get();
    } finally {
      computing.unlock();
    }
  }
}
