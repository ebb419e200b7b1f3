package org.kgcoop.image;

import java.io.IOException;

/**
 * The rejection of an image that may be intact, for example because it has too many pixels. The
 * message contains the fix. {@link Images} throws it as a cause, and detects it quickly.
 */
public final class RefusedImageException extends IOException {

  RefusedImageException(String message) {
    super(message);
  }
}
