package org.kgcoop.api.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A listener for a running {@link Training}. The training thread calls it between steps. An
 * exception ends the training; the same call then resumes it.
 */
@FunctionalInterface
public interface TrainingListener {

  /**
   * A completed training step.
   *
   * @param number the number of the step over all epochs, from 1
   * @param epoch the epoch, from 1
   * @param epochs the number of epochs of the training
   * @param rate the learning rate
   * @param losses the losses by name; the first one is the minimized loss
   */
  record Step(long number, int epoch, int epochs, double rate, Map<String, Double> losses) {
    public Step {
      losses = Collections.unmodifiableMap(new LinkedHashMap<>(losses));
    }

    /** Returns the minimized loss. */
    public double loss() {
      return losses.values().iterator().next();
    }
  }

  /** Receives a completed step. A resumed training begins after the steps of its checkpoint. */
  void step(Step step);

  /**
   * Receives the progress of encoding images, or of epochs.
   *
   * @param work a name to display
   */
  default void progress(String work, long done, long total) {}

  /**
   * Receives a message for the user, for example that a class has too few images, or that a run is
   * resumed.
   */
  default void message(String line) {}
}
