package org.kgcoop.download;

import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Stops a download that is so slow that it would never end. */
final class MinimumRate {
  /** The minimum average rate in bytes per second. */
  static final int BYTES = 1000;

  static final Duration OVER = Duration.ofSeconds(60);

  private final LongSupplier clock;
  private long since;
  private long bytes;

  /**
   * Starts to measure.
   *
   * @param clock in nanoseconds, as {@link System#nanoTime}
   */
  MinimumRate(LongSupplier clock) {
    this.clock = clock;
    this.since = clock.getAsLong();
  }

  /**
   * Counts received bytes.
   *
   * @throws IOException if the rate since the last check is too low
   */
  void count(int more) throws IOException {
    bytes += more;
    long now = clock.getAsLong();
    if (now - since < OVER.toNanos()) {
      return;
    }
    long seconds = Duration.ofNanos(now - since).toSeconds();
    if (bytes < BYTES * seconds) {
      throw new IOException(
          "only %s bytes came in %s s; expected %s bytes per second"
              .formatted(bytes, seconds, BYTES));
    }
    since = now;
    bytes = 0;
  }
}
