package org.kgcoop.experiment;

import java.util.Locale;
import java.util.Map;

/** The progress of long work, as a user is told of it. */
public interface Progress {

  /**
   * Begins a piece of work.
   *
   * @param total how many units it has
   */
  Task start(String name, long total);

  /** A line about what happens, such as a run that is gone on with. */
  void message(String line);

  /** A piece of work under way; closing ends it. */
  interface Task extends AutoCloseable {
    /** Reports the number of units done in all. */
    void done(long units);

    /** Adds a detail beside the bar, such as a loss. */
    default void detail(String text) {}

    /**
     * Reports a step of a training whose units are epochs.
     *
     * @param number from 1, over all epochs
     * @param epoch from 1
     * @param losses by name, the one that training lowers first
     */
    default void step(long number, int epoch, double rate, Map<String, Double> losses) {
      detail(String.format(Locale.ROOT, "loss %.3f", losses.values().iterator().next()));
    }

    @Override
    void close();
  }

  /** Says nothing. */
  Progress SILENT =
      new Progress() {
        @Override
        public Task start(String name, long total) {
          return new Task() {
            @Override
            public void done(long units) {}

            @Override
            public void close() {}
          };
        }

        @Override
        public void message(String line) {}
      };
}
