package org.kgcoop.cli.console;

import java.time.Duration;
import java.util.Optional;

/**
 * An estimate of the remaining time of a task. Units that an earlier process completed took no time
 * in this process, so they say nothing about the rate.
 */
final class TimeLeft {
  private long before;

  /** Adds units that an earlier process completed. */
  synchronized void doneBefore(long units) {
    before += units;
  }

  /**
   * Returns the remaining time, at the rate of this process so far.
   *
   * @param elapsed the time since the start of the task
   * @param done the completed units, with those of an earlier process
   * @return empty if this process has not completed a unit
   */
  synchronized Optional<Duration> after(Duration elapsed, long done, long total) {
    long own = done - before;
    return own <= 0 || total < done
        ? Optional.empty()
        : Optional.of(
            Duration.ofMillis(Math.round(elapsed.toMillis() * (double) (total - done) / own)));
  }
}
