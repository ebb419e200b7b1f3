package org.kgcoop.serve.http;

import java.lang.ref.Reference;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpStatus;

/**
 * Errors of memory. They are temporary, because other requests take memory, too: callers get 503
 * and may ask another process. After such an error, the server is ready again as soon as the memory
 * for a large body is free.
 */
final class HeapWatch {
  private final int bytes;
  private volatile boolean hasFailed;

  /**
   * Creates a watch.
   *
   * @param bytes the size of the largest body, which exists twice for a moment
   */
  HeapWatch(int bytes) {
    this.bytes = bytes;
  }

  /** Returns true if a failure is an error of memory, or was caused by one. */
  static boolean isOutOfMemory(Throwable failure) {
    return Stream.iterate(failure, e -> e != null, Throwable::getCause)
        .anyMatch(OutOfMemoryError.class::isInstance);
  }

  /** Records an error of memory, and returns the answer for the caller. */
  HttpErrorException failed() {
    hasFailed = true;
    return new HttpErrorException(
        HttpStatus.SERVICE_UNAVAILABLE_503, "the server is out of memory; try again later");
  }

  /** Returns false after an error of memory, until the memory is free again. */
  boolean isSufficient() {
    if (hasFailed) {
      byte[][] probe = {};
      try {
        probe = new byte[2][bytes];
        hasFailed = false;
      } catch (OutOfMemoryError e) {
        return false;
      } finally {
        Reference.reachabilityFence(probe); // otherwise the compiler may leave it out
      }
    }
    return true;
  }
}
