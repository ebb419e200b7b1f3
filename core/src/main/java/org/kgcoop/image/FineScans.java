package org.kgcoop.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The scans of a progressive JPEG file that an eighth of its size does not need: each pixel is then
 * the DC coefficient of a block, and they add nothing but AC coefficients. To decode them takes
 * most of the time. Source: ITU-T T.81, annex G.
 */
final class FineScans {
  private static final int FRAME_SIZE = 6; // before the components in the frame header
  private static final int DHT = 0xc4;
  private static final int SOS = 0xda;
  private static final int DRI = 0xdd;
  private static final int BLOCK = 8;

  private static final int HUFFMAN_LENGTHS = 16;
  private static final int AC_CLASS = 0x10;

  /** The number of a Huffman table that other programs hardly use: the last one. */
  private static final int EMPTY_TABLE = 3;

  /**
   * A Huffman table for scans without coefficients (G.1.2.2). Its only code, 0, stands for EOB14:
   * the next 14 bits give the length of a run of blocks, less 2^14.
   */
  private static final byte[] EMPTY =
      HexFormat.of().parseHex("ffc40014" + "13" + "01" + "00".repeat(15) + "e0");

  private static final int EMPTY_BITS = 15;
  private static final int EMPTY_RUN = 1 << 14;

  /**
   * A scan of AC coefficients of one component.
   *
   * @param header the position behind the length of its header
   * @param blocks the number of blocks of the component
   */
  private record Scan(int header, int end, long blocks) {
    /** The number of bytes 0 that stand for no coefficients, with {@link #EMPTY}. */
    int bytes() {
      long runs = (blocks + EMPTY_RUN - 1) / EMPTY_RUN;
      return (int) ((runs * EMPTY_BITS + Byte.SIZE - 1) / Byte.SIZE);
    }
  }

  private final ByteReader file;
  private final List<Scan> scans = new ArrayList<>();
  private int frameHeader;

  /** True if the scans cannot be made empty, because they have parts, or need our table. */
  private boolean isWhole;

  FineScans(ByteReader file) {
    this.file = file;
  }

  /**
   * Notes a segment of the file.
   *
   * @param frame the frame header so far
   * @param at the position behind the length of the segment
   * @param length the number of bytes from there
   * @param end the end of the segment, and of the data of a scan
   */
  void note(@Nullable JpegFrame frame, int marker, int at, int length, int end) throws IOException {
    if (JpegFrame.isFrame(marker)) {
      frameHeader = at;
    } else if (marker == DRI) {
      isWhole |= length < 2 || file.u16(at) != 0;
    } else if (marker == DHT) {
      isWhole |= definesEmptyTable(at, at + length);
    } else if (marker == SOS && frame != null && frame.kind() == JpegFrame.PROGRESSIVE) {
      noteScan(frame, at, end);
    }
  }

  private boolean definesEmptyTable(int from, int end) throws IOException {
    int symbols;
    for (int at = from; at + HUFFMAN_LENGTHS < end; at += 1 + HUFFMAN_LENGTHS + symbols) {
      if (file.u8(at) == (AC_CLASS | EMPTY_TABLE)) {
        return true;
      }
      symbols = 0;
      for (int i = 1; i <= HUFFMAN_LENGTHS; i++) {
        symbols += file.u8((long) at + i);
      }
    }
    return false;
  }

  /** libjpeg decodes components at a quarter that have half of the resolution both ways. */
  private void noteScan(JpegFrame frame, int at, int end) throws IOException {
    if (file.u8(at) != 1) {
      return; // only scans of one component have AC coefficients
    }
    int across = 0;
    int down = 0;
    int own = 0;
    for (int i = 0; i < frame.components(); i++) {
      long component = frameHeader + FRAME_SIZE + 3L * i; // its name, sampling and table
      int sampling = file.u8(component + 1);
      across = Math.max(across, sampling >> 4);
      down = Math.max(down, sampling & 15);
      own = file.u8(component) == file.u8(at + 1) ? sampling : own;
    }
    isWhole |= (file.u8(at + 2) & 15) == EMPTY_TABLE;
    boolean isValid = own >> 4 > 0 && (own & 15) > 0;
    if (isValid && file.u8(at + 3) > 0 && (own >> 4 == across || (own & 15) == down)) {
      long wide = blocks((long) frame.width() * (own >> 4), across);
      long high = blocks((long) frame.height() * (own & 15), down);
      scans.add(new Scan(at, end, wide * high));
    }
  }

  private static long blocks(long samples, int most) {
    return (samples + (long) BLOCK * most - 1) / ((long) BLOCK * most);
  }

  /**
   * Returns the file with these scans empty. They stay, because their headers tell libjpeg that the
   * image is complete.
   */
  byte[] emptied() {
    if (scans.isEmpty() || isWhole) {
      return file.bytes();
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(file.length() / 2);
    int from = 0;
    for (Scan scan : scans) {
      int at = scan.header();
      out.write(file.bytes(), from, at - 4 - from); // up to the marker and the length
      out.writeBytes(EMPTY);
      out.write(file.bytes(), at - 4, 6);
      out.write((file.bytes()[at + 2] & 0xf0) | EMPTY_TABLE);
      out.write(file.bytes(), at + 3, 3);
      out.writeBytes(new byte[scan.bytes()]);
      from = scan.end();
    }
    out.write(file.bytes(), from, file.length() - from);
    return out.toByteArray();
  }
}
