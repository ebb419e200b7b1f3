package org.kgcoop.cli.console;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ctrl-C and SIGTERM: work is asked to stop at its next safe place, and the process waits a while
 * for that. The JVM then ends with 128 and the number of the signal, 130 for Ctrl-C.
 */
public final class Interrupts implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 20;

  private final AtomicBoolean asked = new AtomicBoolean();
  private final CountDownLatch done = new CountDownLatch(1);

  /** From now on, until it is closed. */
  public Interrupts() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::shutdown, "interrupt"));
  }

  private void shutdown() {
    asked.set(true);
    try {
      done.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** True if work should stop. */
  public boolean asked() {
    return asked.get();
  }

  /** There is nothing left to wait for. */
  @Override
  public void close() {
    done.countDown();
  }
}
