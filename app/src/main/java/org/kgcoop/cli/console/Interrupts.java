package org.kgcoop.cli.console;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A handler of Ctrl-C and SIGTERM. It asks the work to stop at the next safe point, and the process
 * waits for that for a limited time. The JVM then exits with 128 plus the signal number, which is
 * 130 for Ctrl-C.
 */
public final class Interrupts implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 20;

  private final AtomicBoolean requested = new AtomicBoolean();
  private final CountDownLatch done = new CountDownLatch(1);

  /** Installs the handler, which stays active until it is closed. */
  public Interrupts() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::shutdown, "interrupt"));
  }

  private void shutdown() {
    requested.set(true);
    try {
      done.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns true if work should stop. */
  public boolean isRequested() {
    return requested.get();
  }

  /** Ends the wait, because all work is done. */
  @Override
  public void close() {
    done.countDown();
  }
}
