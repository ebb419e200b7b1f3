package org.kgcoop.files;

import java.nio.ByteBuffer;

/** The first 128 bits of a SHA-256, as a key of large tables. */
public record Digest(long high, long low) {
  /** The number of bytes that {@link #write} writes. */
  public static final int BYTES = 2 * Long.BYTES;

  /** Returns the digest of a text in UTF-8. */
  public static Digest of(String text) {
    return read(ByteBuffer.wrap(Sha256.bytes(text)));
  }

  /** Reads a digest that {@link #write} wrote. */
  public static Digest read(ByteBuffer from) {
    return new Digest(from.getLong(), from.getLong());
  }

  /** Writes the bits, big-endian. */
  public void write(ByteBuffer to) {
    to.putLong(high).putLong(low);
  }
}
