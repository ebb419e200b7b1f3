package org.kgcoop.cluster.session;

import org.kgcoop.KgCoopException;

/** Errors that Spark throws, in one line. */
public final class Failures {
  private static final int LONGEST = 300;

  private Failures() {}

  /** The error of this program inside of what Spark has made of it, else one that quotes Spark. */
  public static KgCoopException known(Throwable thrown) {
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      if (e instanceof KgCoopException known) {
        return known;
      }
    }
    return KgCoopException.io(
        "Spark has given up: " + reason(thrown) + "; with --debug Spark says more", thrown);
  }

  /** The innermost message, cut to one line. */
  static String reason(Throwable thrown) {
    Throwable innermost = thrown;
    while (innermost.getCause() != null) {
      innermost = innermost.getCause();
    }
    String message = innermost.getMessage();
    String line =
        message == null || message.isBlank()
            ? innermost.getClass().getSimpleName()
            : message.lines().filter(text -> !text.isBlank()).findFirst().orElse("").strip();
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
  }
}
