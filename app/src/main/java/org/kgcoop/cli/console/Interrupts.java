package org.kgcoop.cli.console;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.kgcoop.tensor.NativeLibraries;

/**
 * The handling of Ctrl-C, SIGTERM and SIGHUP. Work that asks {@link #isRequested} gets time to stop
 * at a safe point, such as a checkpoint. Otherwise, or at a second signal, the process ends at
 * once, because all files survive that. The exit code is 128 plus the signal number, which is 130
 * for Ctrl-C.
 *
 * <p>A shutdown hook cannot do this. In a JVM that shuts down, the hooks of libraries run at once,
 * new hooks are errors, and the stopping work fails in many ways.
 */
public final class Interrupts {
  private static final long PATIENCE_SECONDS = 20;

  private final String message;
  private final CountDownLatch done = new CountDownLatch(1);
  private boolean asks;
  private long asked;
  private int signal;
  private boolean ending;

  /**
   * Prepares the handling.
   *
   * @param message the line that is printed if the process ends at once
   */
  public Interrupts(String message) {
    this.message = message;
  }

  /**
   * Handles the signals from now on. Signals that the caller ignores, as {@code nohup} does, stay
   * ignored. The JDK offers this only in a class without a replacement, which javac warns about.
   */
  public void install() {
    try {
      Class<?> type = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object handles =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                handle((int) type.getMethod("getNumber").invoke(arguments[0]));
                return null;
              });
      for (String name : List.of("INT", "TERM", "HUP")) { // the last, because Windows has none
        Object signal = type.getConstructor(String.class).newInstance(name);
        type.getMethod("handle", type, handler).invoke(null, signal, handles);
      }
    } catch (ReflectiveOperationException e) {
      return; // the JVM then ends at once, with the same exit code
    }
  }

  /** Handles a signal on a thread of the JVM. */
  private void handle(int number) {
    if (isFirst(number) && asksNow() && !isDoneWithin(1)) {
      System.err.println("kgcoop: stopping at a safe point; press Ctrl-C again to end at once");
      boolean unused = isDoneWithin(PATIENCE_SECONDS);
    }
    if (beginEnd()) {
      System.err.println("kgcoop: " + message);
      NativeLibraries.close();
      System.exit(128 + number);
    }
  }

  private boolean isDoneWithin(long seconds) {
    try {
      return done.await(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private synchronized boolean isFirst(int number) {
    boolean first = signal == 0;
    signal = first ? number : signal;
    return first;
  }

  /** Returns true if the work has asked so recently that it will probably ask again. */
  private synchronized boolean asksNow() {
    return asks && System.nanoTime() - asked < TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
  }

  /** Ends the process, unless the work is done or another signal has begun the end. */
  private synchronized boolean beginEnd() {
    boolean begins = !ending && done.getCount() > 0;
    ending |= begins;
    return begins;
  }

  /**
   * Returns true if work should stop. If the process is ending already, this call does not return,
   * so that the work prints no error about it.
   */
  public synchronized boolean isRequested() {
    while (ending) {
      try {
        wait();
      } catch (InterruptedException e) {
        // nothing is left to do
      }
    }
    asks = true;
    asked = System.nanoTime();
    return signal != 0;
  }

  /** Notes the end of all work, and returns the exit code of the process. */
  public synchronized int end(int exitCode) {
    done.countDown();
    return signal == 0 ? exitCode : 128 + signal;
  }
}
