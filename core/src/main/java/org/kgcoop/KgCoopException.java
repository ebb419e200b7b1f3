package org.kgcoop;

import org.jspecify.annotations.Nullable;

/**
 * The root of every error that a user can cause or mend. Its message is one line: what went wrong,
 * where (file, key, line), what was expected, what to try. Names that it repeats may come from
 * anywhere, so control characters in it become question marks.
 *
 * <p>Errors of a caller's code are {@link IllegalArgumentException} and {@link
 * IllegalStateException}, as everywhere in Java.
 */
public class KgCoopException extends RuntimeException {

  /** The kind of an error; each kind has one exit code on the command line. */
  public enum Category {
    /** A check that ran and failed, such as {@code inspect --check}. */
    CHECK(1, "a check failed"),
    /** Wrong usage, option value or configuration. */
    CONFIGURATION(2, "wrong usage, option value or configuration"),
    /** Images, labels, splits. */
    DATA(3, "a problem in images, labels or splits"),
    /** Weight files and classifier files. */
    WEIGHTS(4, "a weight file or classifier file is missing or damaged"),
    /** The file system, the network or memory. */
    IO(5, "a problem of the file system, the network or memory"),
    /** Done, but for images that could not be read and were to be left out. */
    SKIPPED(6, "done, but unreadable images were left out (--skip-bad)"),
    /** A defect of this program. */
    BUG(70, "a bug in kgcoop"),
    /** Stopped by the user. */
    INTERRUPTED(130, "interrupted");

    private final int exitCode;
    private final String meaning;

    Category(int exitCode, String meaning) {
      this.exitCode = exitCode;
      this.meaning = meaning;
    }

    /** The exit code of the process that ends with an error of this kind. */
    public int exitCode() {
      return exitCode;
    }

    /** The meaning of the exit code, for the reference. */
    public String meaning() {
      return meaning;
    }
  }

  private final Category category;

  public KgCoopException(Category category, String message) {
    this(category, message, null);
  }

  public KgCoopException(Category category, String message, @Nullable Throwable cause) {
    super(Messages.line(Messages.brief(message)), cause);
    this.category = category;
  }

  /** An error in usage or configuration. */
  public static KgCoopException configuration(String message) {
    return new KgCoopException(Category.CONFIGURATION, message);
  }

  /** An error in images, labels or splits. */
  public static KgCoopException data(String message) {
    return new KgCoopException(Category.DATA, message);
  }

  /** An error in images, labels or splits, with what caused it. */
  public static KgCoopException data(String message, Throwable cause) {
    return new KgCoopException(Category.DATA, message, cause);
  }

  /** An error in a weight file or classifier file. */
  public static KgCoopException weights(String message) {
    return new KgCoopException(Category.WEIGHTS, message);
  }

  /** An error in a weight file or classifier file, with what caused it. */
  public static KgCoopException weights(String message, Throwable cause) {
    return new KgCoopException(Category.WEIGHTS, message, cause);
  }

  /** An error of the file system, with what caused it. */
  public static KgCoopException io(String message, Throwable cause) {
    return new KgCoopException(Category.IO, message, cause);
  }

  public Category category() {
    return category;
  }
}
