package org.kgcoop.files;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.apache.commons.codec.digest.MurmurHash3;

/** 128 bits of a hash, as a key of large tables. */
public record Digest(long high, long low) {
  /** The number of bytes that {@link #write} writes. */
  public static final int BYTES = 2 * Long.BYTES;

  private static final int HEX = 16; // digits of a long

  /** To find the implementation takes as long as the digest of a short text. */
  private static final ThreadLocal<MessageDigest> SHA = ThreadLocal.withInitial(Sha256::digest);

  /** Returns the first 128 bits of the SHA-256 of a text in UTF-8. */
  public static Digest of(String text) {
    return read(ByteBuffer.wrap(SHA.get().digest(text.getBytes(StandardCharsets.UTF_8))));
  }

  /**
   * Returns the MurmurHash3 of a text in UTF-8 and numbers. It takes a tenth of the time of a
   * SHA-256, but somebody who chooses all of these can find two with the same hash.
   */
  public static Digest quick(String text, long... numbers) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer all = ByteBuffer.allocate(Long.BYTES * numbers.length + utf8.length);
    for (long number : numbers) {
      all.putLong(number);
    }
    all.put(utf8);
    long[] hash = MurmurHash3.hash128x64(all.array(), 0, all.capacity(), /* seed= */ 0);
    return new Digest(hash[0], hash[1]);
  }

  /** Returns the digest with the bits of the first 32 hexadecimal digits of a text. */
  public static Digest ofHex(String text) {
    return new Digest(
        Long.parseUnsignedLong(text, 0, HEX, 16), Long.parseUnsignedLong(text, HEX, 2 * HEX, 16));
  }

  /** Returns the 32 hexadecimal digits that {@link #ofHex} reads. */
  public String hex() {
    return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
  }

  /** Returns the bits that differ between this and another digest. */
  public Digest xor(Digest other) {
    return new Digest(high ^ other.high, low ^ other.low);
  }

  /** Returns the CRC-32C of the remaining bytes of all parts. */
  public static int crc32c(ByteBuffer... parts) {
    CRC32C check = new CRC32C();
    for (ByteBuffer part : parts) {
      check.update(part);
    }
    return (int) check.getValue();
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
