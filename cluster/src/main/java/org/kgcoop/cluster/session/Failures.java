package org.kgcoop.cluster.session;

import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;

/** Converts exceptions of Spark to errors of one line. */
public final class Failures {
  private static final int LONGEST = 300;

  private Failures() {}

  /** Returns the error of kgcoop inside an exception of Spark, or an error that quotes Spark. */
  public static KgCoopException known(Throwable thrown) {
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      if (e instanceof KgCoopException known) {
        return known;
      }
    }
    return KgCoopException.io(
        "Spark failed: " + reason(thrown) + "; use --debug for details", thrown);
  }

  /** Returns the innermost message, shortened to one line. */
  static String reason(Throwable thrown) {
    Throwable innermost = thrown;
    while (innermost.getCause() != null) {
      innermost = innermost.getCause();
    }
    String line = Messages.firstLine(innermost.getMessage(), innermost);
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
  }
}
