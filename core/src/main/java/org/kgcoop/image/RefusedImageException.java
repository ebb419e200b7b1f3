package org.kgcoop.image;

import java.io.IOException;

/**
 * An image that may be whole but is not read, as one of too many pixels; the message says what to
 * do instead. It is the cause of what {@link Images} throws, and takes no time to find out.
 */
public final class RefusedImageException extends IOException {

  RefusedImageException(String message) {
    super(message);
  }
}
