package org.kgcoop.serve.model;

import java.time.Duration;
import org.kgcoop.serve.http.HttpErrorException;

/**
 * The end of the time limit of a request.
 *
 * @param nanoTime in the unit of {@link System#nanoTime}
 */
public record Deadline(long nanoTime) {
  /** Returns the deadline of a request whose body has just become complete. */
  public static Deadline in(Duration limit) {
    return new Deadline(System.nanoTime() + limit.toNanos());
  }

  /** Returns the remaining time in nanoseconds, negative after the deadline. */
  long remaining() {
    return nanoTime - System.nanoTime();
  }

  static HttpErrorException exceeded() {
    return new HttpErrorException(503, "no answer within the time limit; try again later");
  }

  static HttpErrorException interrupted() {
    Thread.currentThread().interrupt();
    return new HttpErrorException(503, "the server is shutting down");
  }
}
