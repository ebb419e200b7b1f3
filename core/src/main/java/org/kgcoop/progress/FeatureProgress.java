package org.kgcoop.progress;

/** A receiver of the progress of requests for features. */
@FunctionalInterface
public interface FeatureProgress {
  /** Reports the total number of available features. */
  void done(long units);

  /**
   * Reports features that were computed before, which are not work of this process. They also count
   * as done.
   *
   * @param units the number of these features since the last report
   */
  default void doneBefore(long units) {}
}
