package org.kgcoop.files;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** The first 128 bits of a SHA-256, as a key of large tables. */
public record Digest(long high, long low) {
  /** The number of bytes that {@link #write} writes. */
  public static final int BYTES = 2 * Long.BYTES;

  /** To find the implementation takes as long as the digest of a short text. */
  private static final ThreadLocal<MessageDigest> SHA = ThreadLocal.withInitial(Sha256::digest);

  /** Returns the digest of a text in UTF-8. */
  public static Digest of(String text) {
    return read(ByteBuffer.wrap(SHA.get().digest(text.getBytes(StandardCharsets.UTF_8))));
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
