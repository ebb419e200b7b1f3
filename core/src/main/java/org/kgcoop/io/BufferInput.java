package org.kgcoop.io;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A stream over a buffer, with the number of remaining bytes and lookahead. */
final class BufferInput extends InputStream {

  private final ByteBuffer bytes;

  BufferInput(ByteBuffer bytes) {
    this.bytes = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public int read() {
    return bytes.hasRemaining() ? bytes.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    if (!bytes.hasRemaining()) {
      return -1;
    }
    int count = Math.min(length, bytes.remaining());
    bytes.get(target, offset, count);
    return count;
  }

  @Override
  public int available() {
    return bytes.remaining();
  }

  int position() {
    return bytes.position();
  }

  /**
   * Returns the next {@code width} (4 or 8) bytes as a number without consuming them; -1 if fewer
   * remain.
   */
  long peek(int width) {
    if (bytes.remaining() < width) {
      return -1;
    }
    int position = bytes.position();
    return width == 4 ? bytes.getInt(position) & 0xffff_ffffL : bytes.getLong(position);
  }

  /** Returns true if a line ends within the next {@code limit} bytes. */
  boolean lineEndsWithin(int limit) {
    int end = Math.min(bytes.limit(), bytes.position() + limit);
    for (int i = bytes.position(); i < end; i++) {
      if (bytes.get(i) == '\n') {
        return true;
      }
    }
    return false;
  }
}
