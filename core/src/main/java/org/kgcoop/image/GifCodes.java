package org.kgcoop.image;

import java.io.EOFException;
import java.io.IOException;

/** The compressed indices of a GIF's frame, read by the rules of Pillow's decoder. */
final class GifCodes {

  private static final int MOST_BITS = 12;
  private static final int TABLE = 1 << MOST_BITS;

  private final byte[] codes;
  private final int clear;
  private final byte[] last = new byte[TABLE]; // index that a code adds to that of its link
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
   * The indices in the order in which they are stored.
   *
   * @param codes the content of the frame's blocks
   * @param bits of an index; of more than 8 the lowest 8 count
   * @param count how many there must be; what follows them is not looked at
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
    int before = -1; // the code before, none after a clear code
    byte first = 0; // of the string of that code
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
    return new IOException("it is damaged: a code stands for nothing before it");
  }
}
