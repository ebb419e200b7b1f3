package org.kgcoop.image;

import java.io.EOFException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A reader of numbers from an array, in either byte order. Reading beyond the end throws an {@link
 * EOFException}.
 */
final class ByteReader {

  private final byte[] bytes;
  private final boolean bigEndian;

  ByteReader(byte[] bytes, boolean bigEndian) {
    this.bytes = bytes;
    this.bigEndian = bigEndian;
  }

  static ByteReader bigEndian(byte[] bytes) {
    return new ByteReader(bytes, true);
  }

  static ByteReader littleEndian(byte[] bytes) {
    return new ByteReader(bytes, false);
  }

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return bytes.length;
  }

  int u8(long at) throws EOFException {
    check(at, 1);
    return bytes[(int) at] & 0xff;
  }

  int u16(long at) throws EOFException {
    check(at, 2);
    int first = bytes[(int) at] & 0xff;
    int second = bytes[(int) at + 1] & 0xff;
    return bigEndian ? first << 8 | second : second << 8 | first;
  }

  long u32(long at) throws EOFException {
    long first = u16(at);
    long second = u16(at + 2);
    return bigEndian ? first << 16 | second : second << 16 | first;
  }

  int s32(long at) throws EOFException {
    return (int) u32(at);
  }

  byte[] slice(long at, long length) throws EOFException {
    check(at, length);
    return Arrays.copyOfRange(bytes, (int) at, (int) (at + length));
  }

  /** Returns true if the bytes at this position are these ASCII characters. */
  boolean startsWith(String text, long at) {
    byte[] wanted = text.getBytes(StandardCharsets.ISO_8859_1);
    return at >= 0
        && at + wanted.length <= bytes.length
        && Arrays.equals(wanted, 0, wanted.length, bytes, (int) at, (int) at + wanted.length);
  }

  void check(long at, long length) throws EOFException {
    if (at < 0 || length < 0 || at + length > bytes.length) {
      throw new EOFException("it is truncated");
    }
  }
}
