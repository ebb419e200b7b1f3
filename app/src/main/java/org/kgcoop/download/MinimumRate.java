package org.kgcoop.download;

import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Gives a server up that sends so little that the file would never be there. */
final class MinimumRate {
  /** The fewest bytes per second, on average over the time below. */
  static final int BYTES = 1000;

  static final Duration OVER = Duration.ofSeconds(60);

  private final LongSupplier clock;
  private long since;
  private long bytes;

  /**
   * Starts to measure.
   *
   * @param clock of nanoseconds, as {@link System#nanoTime}
   */
  MinimumRate(LongSupplier clock) {
    this.clock = clock;
    this.since = clock.getAsLong();
  }

  /**
   * Counts bytes that have come.
   *
   * @throws IOException if there were too few since the last look
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
