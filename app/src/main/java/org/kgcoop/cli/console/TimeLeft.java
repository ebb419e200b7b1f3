package org.kgcoop.cli.console;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * An estimate of the remaining time of a task, at the rate of the second half of the time so far.
 * Loads of other programs average out in it, and a slow start does not count for long. Units that
 * an earlier process completed took no time in this process, so they say nothing about the rate.
 */
final class TimeLeft {
  private static final long LEAST_MILLIS = 10_000;
  private static final int LEAST_UNITS = 20; // of a rate, if there are as many

  /** Units of this process at a time since the start of the task. */
  private record Sample(long millis, long own) {}

  private final Deque<Sample> samples = new ArrayDeque<>();
  private long before;
  private boolean found; // earlier units since the last estimate
  private long start; // of own work

  /** Adds units that an earlier process completed. */
  synchronized void doneBefore(long units) {
    before += units;
    found = true;
  }

  /**
   * Returns the remaining time. Call it every few seconds.
   *
   * @param elapsed the time since the start of the task
   * @param done the completed units, with those of an earlier process
   * @return empty if this process has worked for less than ten seconds, or completed no unit
   */
  synchronized Optional<Duration> after(Duration elapsed, long done, long total) {
    long now = elapsed.toMillis();
    long own = done - before;
    if (own <= 0 && found) {
      samples.clear();
      start = now;
    }
    found = false;
    if (samples.isEmpty()) {
      samples.add(new Sample(start, 0));
    } else if (now - samples.getLast().millis >= 1000) {
      samples.add(new Sample(now, own));
    }
    removeOld(start + (now - start) / 2, own);
    Sample from = samples.getFirst();
    double rate = (own - from.own) / (double) Math.max(1, now - from.millis);
    return now - start < LEAST_MILLIS || rate <= 0 || total < done
        ? Optional.empty()
        : Optional.of(Duration.ofMillis(Math.round((total - done) / rate)));
  }

  private void removeOld(long until, long own) {
    Sample first = samples.removeFirst();
    while (!samples.isEmpty()
        && samples.getFirst().millis <= until
        && own - samples.getFirst().own >= LEAST_UNITS) {
      first = samples.removeFirst();
    }
    samples.addFirst(first);
  }
}
