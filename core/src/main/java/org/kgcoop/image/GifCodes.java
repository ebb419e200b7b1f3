package org.kgcoop.image;

import java.io.EOFException;
import java.io.IOException;

/** The LZW decoder of a GIF frame, with the rules of Pillow's decoder. */
final class GifCodes {

  private static final int MOST_BITS = 12;
  private static final int TABLE = 1 << MOST_BITS;

  private final byte[] codes;
  private final int clear;
  // the index that a code appends to the string of its link
  private final byte[] last = new byte[TABLE];
  private final char[] link = new char[TABLE];
  private final byte[] string = new byte[TABLE]; // filled from its end
  private int at;
  private int buffer;
  private int buffered;

  private GifCodes(byte[] codes, int bits) {
    this.codes = codes;
    clear = 1 << bits;
  }

  /**
   * Decodes the indices, in stored order.
   *
   * @param codes the content of the frame's blocks
   * @param bits the number of bits of an index; only the lowest 8 bits are used
   * @param count the number of expected indices; the data after them are ignored
   */
  static byte[] expanded(byte[] codes, int bits, int count) throws IOException {
    if (bits > MOST_BITS) {
      throw new IOException("it is damaged: its codes begin with " + bits + " bits");
    }
    return new GifCodes(codes, bits).expanded(bits, count);
  }

  private byte[] expanded(int bits, int count) throws IOException {
    byte[] out = new byte[count];
    int done = 0;
    int size = bits + 1;
    int next = clear + 2;
    int before = -1; // previous code, -1 after a clear code
    byte first = 0; // first index of its string
    while (done < count) {
      int code = code(size);
      if (code == clear) {
        size = bits + 1;
        next = clear + 2;
        before = -1;
        continue;
      }
      if (code == clear + 1) {
        throw new EOFException("it is truncated: rows are missing");
      }
      if (code > (before < 0 ? clear : next)) {
        throw damaged();
      }
      int from = TABLE;
      int rest = code;
      if (before >= 0 && code == next) {
        string[--from] = first;
        rest = before;
      }
      for (; rest >= clear; rest = link[rest]) {
        if (from == 0 || rest >= TABLE) {
          throw damaged();
        }
        string[--from] = last[rest];
      }
      first = (byte) rest;
      if (before >= 0 && next < TABLE) {
        last[next] = first;
        link[next] = (char) before;
        if (next == (1 << size) - 1 && size < MOST_BITS) {
          size++;
        }
        next++;
      }
      before = code;
      out[done++] = first;
      int length = Math.min(TABLE - from, count - done);
      System.arraycopy(string, from, out, done, length);
      done += length;
    }
    return out;
  }

  private int code(int size) throws EOFException {
    while (buffered < size) {
      if (at == codes.length) {
        throw new EOFException("it is truncated: rows are missing");
      }
      buffer |= (codes[at++] & 0xff) << buffered;
      buffered += Byte.SIZE;
    }
    int code = buffer & ((1 << size) - 1);
    buffer >>>= size;
    buffered -= size;
    return code;
  }

  private static IOException damaged() {
    return new IOException("it is damaged: a code refers to an undefined code");
  }
}
