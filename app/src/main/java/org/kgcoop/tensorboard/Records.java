package org.kgcoop.tensorboard;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The framing of TFRecord files: length (8 bytes), its checksum (4), the record, its checksum (4),
 * all little-endian. A checksum is a CRC-32C, rotated and offset, so that it is none of itself.
 */
final class Records {
  private static final int MASK = 0xa282ead8;

  private Records() {}

  static void write(OutputStream out, byte[] record) throws IOException {
    byte[] length = buffer(Long.BYTES).putLong(record.length).array();
    out.write(length);
    out.write(buffer(Integer.BYTES).putInt(maskedChecksum(length)).array());
    out.write(record);
    out.write(buffer(Integer.BYTES).putInt(maskedChecksum(record)).array());
  }

  static int maskedChecksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    int value = (int) checksum.getValue();
    return Integer.rotateRight(value, 15) + MASK;
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
