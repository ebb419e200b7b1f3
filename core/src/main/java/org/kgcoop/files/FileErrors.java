package org.kgcoop.files;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;

/** Errors of one line that begin with the path of a file. */
public final class FileErrors {

  private static final int MAX_REASON = 200;
  private static final int MAX_TEXT = 1000;

  private FileErrors() {}

  /** Creates an error for an intact file with unsuitable content. {@code what} contains the fix. */
  public static KgCoopException refused(Path path, String what) {
    return KgCoopException.weights(path + ": " + bounded(what));
  }

  /** Creates an error for a damaged file. */
  public static KgCoopException damaged(Path path, String what) {
    return KgCoopException.weights(damage(path, what));
  }

  public static KgCoopException damaged(Path path, String what, Throwable cause) {
    return KgCoopException.weights(damage(path, what), cause);
  }

  private static String damage(Path path, String what) {
    return path + ": " + bounded(what) + "; the file is damaged, copy or download it again";
  }

  /** Shortens a text, because names from a file can have any length. */
  private static String bounded(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "...";
  }

  /** Creates an error for a file whose content is not that which was opened. */
  public static KgCoopException changed(Path path) {
    return new KgCoopException(
        KgCoopException.Category.IO,
        path + ": the file has changed since it was opened; start the program again");
  }

  /** Creates an error for a file that cannot be read. */
  public static KgCoopException unreadable(Path path, IOException cause) {
    if (cause instanceof NoSuchFileException) {
      return KgCoopException.io(path + ": no such file; check the path", cause);
    }
    return KgCoopException.io(path + ": cannot be read: " + reason(cause), cause);
  }

  /** Creates an error for a file that cannot be written. */
  static KgCoopException unwritable(Path path, IOException cause) {
    if (cause instanceof ClosedByInterruptException) {
      return new KgCoopException(
          KgCoopException.Category.INTERRUPTED,
          path + ": not written: interrupted; the old file is kept",
          cause);
    }
    String advice =
        cause instanceof NoSuchFileException
            ? "create its folder first"
            : "the old file is kept; free some space, check the permissions or write elsewhere";
    return KgCoopException.io(
        path + ": cannot be written: " + reason(cause) + "; " + advice, cause);
  }

  /** Returns the reason why a file cannot be read or written, in a few words on one line. */
  public static String reason(IOException cause) {
    return shortened(Messages.reason(cause));
  }

  /** Shortens a foreign message to one line. If there is none, returns the class name. */
  public static String oneLine(@Nullable String message, Throwable cause) {
    return shortened(Messages.firstLine(message, cause));
  }

  private static String shortened(String line) {
    return line.length() <= MAX_REASON ? line : line.substring(0, MAX_REASON) + "...";
  }
}
