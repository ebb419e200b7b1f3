package org.kgcoop.label;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A selection of the images of a session, in an order.
 *
 * @param shown which images
 * @param name the class of {@link Shown#CLASS}, otherwise null
 * @param by whose labels
 * @param order the order
 * @param like the image of {@link Order#LIKE}, relative to the folder, otherwise null
 * @param text the words of {@link Order#TEXT}, otherwise empty
 */
public record View(
    Shown shown, @Nullable String name, By by, Order order, @Nullable Path like, String text) {

  /** Which images. */
  public enum Shown {
    /** All images that can be read. */
    ALL,
    /** The images of a class, by a person or by the program. */
    CLASS,
    /** Those that show none of the classes. */
    NONE,
    /** Those that the person skipped. */
    SKIPPED,
    /** Files that cannot be read as images. */
    UNREADABLE,
    /** Those whose label another class contradicts, the most improbable label first. */
    SUSPICIOUS
  }

  /** Whose labels. */
  public enum By {
    ANYONE,
    PERSON,
    PROGRAM
  }

  /** The order of the images. */
  public enum Order {
    /** By path. */
    NAME,
    /** The least certain proposals first, then labeled images. */
    DOUBT,
    /** The largest cosine with an image first. */
    LIKE,
    /** The largest cosine with a text first, as {@code search}. */
    TEXT
  }

  /** Returns all images, sorted by path. */
  public static View all() {
    return new View(Shown.ALL, null, By.ANYONE, Order.NAME, null, "");
  }
}
