package org.kgcoop.label;

import java.nio.file.Path;
import java.util.List;

/**
 * The progress of a session.
 *
 * @param images the number of distinct images, without unreadable ones
 * @param read the number of images that were read so far
 * @param labeled the images with an answer other than {@link Labeling#SKIP}
 * @param none the images that show none of the classes
 * @param noneProposed the images that the program calls none of the classes
 * @param skipped the undecided images
 * @param auditSize the random images that measure the accuracy
 * @param audited those of them that are answered
 * @param steps the number of answers, without those that were taken back
 * @param joined the images that joined and whose accuracy is not measured yet
 * @param target the share at which the person can stop, from 0 to 1
 * @param canStop true if the lower limit for the folder reaches the target
 * @param unreadable the images that cannot be read so far
 */
public record Status(
    List<ClassCount> classes,
    int images,
    int read,
    int labeled,
    int none,
    int noneProposed,
    int skipped,
    int auditSize,
    int audited,
    int steps,
    int joined,
    double target,
    boolean canStop,
    List<Path> unreadable) {
  public Status {
    classes = List.copyOf(classes);
    unreadable = List.copyOf(unreadable);
  }

  /**
   * A class.
   *
   * @param number identifies the class; it never changes
   * @param labeled the number of images that the person labeled, also in the audit
   * @param proposed the number of images that the program assigns to it
   */
  public record ClassCount(int number, String name, int labeled, int proposed) {}
}
