package org.kgcoop.fit;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A program's view of a {@link Training} under way. All calls come from the thread that trains,
 * between its steps. An exception ends the training, which the same call resumes.
 */
@FunctionalInterface
public interface TrainingListener {

  /**
   * A step that was made.
   *
   * @param number from 1, over all epochs
   * @param epoch from 1
   * @param epochs of the whole training
   * @param rate the learning rate
   * @param losses by name, the one that training lowers first
   */
  record Step(long number, int epoch, int epochs, double rate, Map<String, Double> losses) {
    public Step {
      losses = Collections.unmodifiableMap(new LinkedHashMap<>(losses));
    }

    /** The loss that training lowers. */
    public double loss() {
      return losses.values().iterator().next();
    }
  }

  /** Takes a step that was made. A resumed training begins after those of its checkpoint. */
  void step(Step step);

  /**
   * Takes how far a piece of work is: images that are encoded, or epochs.
   *
   * @param work its name, for people
   */
  default void progress(String work, long done, long total) {}

  /** Takes a line for people: that a class has too few images, that a run is resumed. */
  default void message(String line) {}
}
