package org.kgcoop.label;

import java.nio.file.Path;

/**
 * The class of an image.
 *
 * @param image relative to the folder
 * @param name the class, or {@link Labeling#NONE}
 * @param probability 1 for a person's answer
 */
public record LabeledImage(Path image, String name, Source source, double probability) {
  /** The origin of a class. */
  public enum Source {
    /** The person gave it. */
    PERSON,
    /** The person gave it in the audit. */
    AUDIT,
    /** The program assigned it. */
    HEAD
  }

  /** Returns the path with '/'. */
  public String key() {
    return image.toString().replace('\\', '/');
  }
}
