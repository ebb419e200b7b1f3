package org.kgcoop.serve.model;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.kgcoop.serve.http.HttpErrorException;

/** Serializes work that uses all cores, such as encoding texts. */
public final class TimedLock {
  private final ReentrantLock lock = new ReentrantLock();

  /**
   * Runs the work in the calling thread, after the work of other requests.
   *
   * @throws HttpErrorException 503 if the deadline passes before the work starts
   */
  public <T> T run(Deadline deadline, Supplier<T> work) {
    try {
      if (deadline.remaining() <= 0 || !lock.tryLock(deadline.remaining(), TimeUnit.NANOSECONDS)) {
        throw Deadline.exceeded();
      }
    } catch (InterruptedException e) {
      throw Deadline.interrupted();
    }
    try {
      return work.get();
    } finally {
      lock.unlock();
    }
  }
}
