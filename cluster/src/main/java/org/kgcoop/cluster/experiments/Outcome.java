package org.kgcoop.cluster.experiments;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/**
 * The end of a run.
 *
 * @param run the name of its folder
 * @param failure null where it is done
 */
record Outcome(String run, @Nullable Failure failure) implements Serializable {

  /**
   * The reason why there is no result, and will be none of a further attempt.
   *
   * @param message one line
   * @param ofAll whether every run would fail so
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

  /** The outcome of an executor that can do none of the runs. */
  static Outcome refused(String run, KgCoopException e) {
    return new Outcome(run, new Failure(e.category(), String.valueOf(e.getMessage()), true));
  }
}
