package org.kgcoop.data;

import java.io.IOException;

/** A picture that may be whole but is not read; the message says what to do instead. */
final class RefusedPictureException extends IOException {

  RefusedPictureException(String message) {
    super(message);
  }
}
