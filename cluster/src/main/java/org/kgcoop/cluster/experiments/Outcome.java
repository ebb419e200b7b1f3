package org.kgcoop.cluster.experiments;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/**
 * The outcome of a run.
 *
 * @param run the name of the run folder
 * @param failure the failure, or null if the run is complete
 */
record Outcome(String run, @Nullable Failure failure) implements Serializable {

  /**
   * The reason of a failure that another attempt would repeat.
   *
   * @param message one line
   * @param ofAll true if every run would fail for this reason
   */
  record Failure(KgCoopException.Category category, String message, boolean ofAll)
      implements Serializable {}

  static Outcome done(String run) {
    return new Outcome(run, null);
  }

  static Outcome failed(String run, KgCoopException e) {
    return failed(run, e.category(), String.valueOf(e.getMessage()));
  }

  static Outcome failed(String run, KgCoopException.Category category, String message) {
    return new Outcome(run, new Failure(category, message, false));
  }

  /** Returns the outcome of an executor that cannot execute any run. */
  static Outcome refused(String run, KgCoopException e) {
    return new Outcome(run, new Failure(e.category(), String.valueOf(e.getMessage()), true));
  }
}
