package org.kgcoop.serve;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Bytes that a request brings. */
final class RequestBody {
  private RequestBody() {}

  /**
   * All that is left, at most {@code maxBytes}.
   *
   * @throws RefusedRequestException 413 where it is more, 400 where it breaks off
   */
  static byte[] read(InputStream body, int maxBytes) {
    try (body) {
      byte[] bytes = body.readNBytes(maxBytes + 1);
      if (bytes.length > maxBytes) {
        throw Guard.tooLarge(maxBytes);
      }
      return bytes;
    } catch (IOException | UncheckedIOException e) {
      throw new RefusedRequestException(400, "the body broke off");
    }
  }
}
