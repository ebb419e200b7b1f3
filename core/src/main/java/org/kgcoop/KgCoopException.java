package org.kgcoop;

import org.jspecify.annotations.Nullable;

/**
 * The root of all errors that a user can cause or fix. The message is one line: what went wrong,
 * the place (file, key, line), the expected value, and what to try. A message may quote names from
 * any source, so the constructor replaces control characters in it with question marks.
 *
 * <p>Errors of a caller's code are {@link IllegalArgumentException} and {@link
 * IllegalStateException}, as usual in Java.
 */
public class KgCoopException extends RuntimeException {

  /** The kind of an error. Each kind has one exit code on the command line. */
  public enum Category {
    /** A check that ran and failed, such as {@code inspect --check}. */
    CHECK(1, "a check failed"),
    /** Wrong usage, option value or configuration. */
    CONFIGURATION(2, "wrong usage, option value or configuration"),
    /** A problem in images, labels or splits. */
    DATA(
        3, "a problem in images, labels or splits; predict and search answer for the other images"),
    /** A problem in weight files or classifier files. */
    WEIGHTS(4, "a weight file or classifier file is missing or damaged"),
    /** A problem of the file system, the network or memory. */
    IO(5, "a problem of the file system, the network or memory"),
    /** A command that finished, but left out unreadable images as requested. */
    SKIPPED(6, "done, but unreadable images (--skip-bad) or sidecars were left out"),
    /** A training whose loss or parameters became infinite or NaN. */
    DIVERGED(7, "training diverged: a loss or a parameter is not finite"),
    /** A defect of this program. */
    BUG(70, "a bug in kgcoop"),
    /** A command that the user stopped. */
    INTERRUPTED(130, "interrupted");

    private final int exitCode;
    private final String meaning;

    Category(int exitCode, String meaning) {
      this.exitCode = exitCode;
      this.meaning = meaning;
    }

    /** Returns the exit code of a process that ends with an error of this kind. */
    public int exitCode() {
      return exitCode;
    }

    /** Returns the meaning of the exit code, for the reference page. */
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

  /** Creates an error in usage or configuration. */
  public static KgCoopException configuration(String message) {
    return new KgCoopException(Category.CONFIGURATION, message);
  }

  /** Creates an error in images, labels or splits. */
  public static KgCoopException data(String message) {
    return new KgCoopException(Category.DATA, message);
  }

  /** Creates an error in images, labels or splits, with its cause. */
  public static KgCoopException data(String message, Throwable cause) {
    return new KgCoopException(Category.DATA, message, cause);
  }

  /** Creates an error in a weight file or classifier file. */
  public static KgCoopException weights(String message) {
    return new KgCoopException(Category.WEIGHTS, message);
  }

  /** Creates an error in a weight file or classifier file, with its cause. */
  public static KgCoopException weights(String message, Throwable cause) {
    return new KgCoopException(Category.WEIGHTS, message, cause);
  }

  /** Creates an error of the file system, the network or memory, with its cause. */
  public static KgCoopException io(String message, Throwable cause) {
    return new KgCoopException(Category.IO, message, cause);
  }

  public Category category() {
    return category;
  }
}
