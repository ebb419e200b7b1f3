package org.kgcoop.files;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An amount of memory that threads share. A thread that needs more than is left waits. A thread
 * that needs more than the entire amount waits until it is alone. Waiting threads take their turns.
 */
public final class MemoryBudget {
  private final int most;
  private final Semaphore left;

  /**
   * Creates a budget.
   *
   * @param most the entire amount in any unit; more than an {@code int} counts as the largest int
   */
  public MemoryBudget(long most) {
    this.most = clamp(most, Integer.MAX_VALUE);
    this.left = new Semaphore(this.most, /* fair= */ true);
  }

  private static int clamp(long amount, int most) {
    return (int) Math.max(1, Math.min(most, amount));
  }

  /** A part of the budget that is in use. */
  public interface Part extends AutoCloseable {
    /** Gives the part back. Further calls have no effect. */
    @Override
    void close();
  }

  /**
   * Waits for a part of the budget and takes it. A thread must give its part back before it takes
   * another one of the same budget. Otherwise threads could wait for each other forever.
   */
  public Part take(long amount) {
    int taken = clamp(amount, most);
    left.acquireUninterruptibly(taken);
    AtomicBoolean isTaken = new AtomicBoolean(true);
    return () -> {
      if (isTaken.getAndSet(false)) {
        left.release(taken);
      }
    };
  }
}
