package org.kgcoop.label;

import java.util.Optional;

/**
 * What is known about the labels of a folder. Nothing with fewer than 10 answered random images has
 * a share.
 *
 * @param folder the share of the folder that has the label that the person gave or would give
 * @param check the result of the last check of the whole folder, if it is complete
 * @param checkLeft the questions that are left of a check that was begun; 0 if there is none
 * @param newImages the accuracy of the session's own head on new images like these; empty after
 *     images joined the folder. A written classifier is another one, and its {@code adapt.json} has
 *     its accuracy
 * @param joined the images that joined and whose accuracy is not measured yet
 */
public record Accuracy(
    State state,
    Optional<Share> folder,
    Optional<Check> check,
    int checkLeft,
    Optional<Share> newImages,
    Joined joined) {

  /** The state of the measurement. */
  public enum State {
    /** Fewer than 10 random images are answered. */
    NOT_MEASURED,
    /** {@link Accuracy#folder} is present. */
    MEASURED,
    /** The person labeled all images. */
    ALL_LABELED,
    /** {@link Accuracy#check} is present. */
    CHECKED
  }

  /**
   * A check of the whole folder.
   *
   * @param atLeast the one-sided 95 % limit of the share that the person would keep on a second
   *     look, from 0 to 1
   * @param kept the random images whose label was kept
   * @param asked the random images of the check
   */
  public record Check(double atLeast, int kept, int asked) {}

  /**
   * Images that joined the folder.
   *
   * @param images those without a label
   * @param auditLeft the random images to answer until their accuracy is measured
   */
  public record Joined(int images, int auditLeft) {}
}
