package org.kgcoop.progress;

import java.util.Map;

/** Progress reports of long work. */
public interface Progress {

  /**
   * Starts a task.
   *
   * @param total the number of units of the task
   */
  Task start(String name, long total);

  /** Reports an event, such as a resumed run. */
  void message(String line);

  /** Task in progress, which ends when it is closed. */
  interface Task extends FeatureProgress, AutoCloseable {
    /** Reports the total number of completed units. */
    @Override
    void done(long units);

    /** Shows a detail next to the progress bar, such as a loss. */
    default void detail(String text) {}

    /**
     * Reports a training step; the units of the task are epochs.
     *
     * @param number the number of the step, from 1, over all epochs
     * @param epoch the number of the epoch, from 1
     * @param losses the losses by name, starting with the optimized one
     */
    default void step(long number, int epoch, double rate, Map<String, Double> losses) {}

    @Override
    void close();
  }

  /** Implementation that reports nothing. */
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
