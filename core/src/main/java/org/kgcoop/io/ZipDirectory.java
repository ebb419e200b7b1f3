package org.kgcoop.io;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipException;

/**
 * Where the entries of a zip begin: the one thing that the JDK knows but does not tell. Used beside
 * {@link java.util.zip.ZipFile}, which checks the directory.
 */
final class ZipDirectory {

  private static final int END = 22;
  private static final int MAX_COMMENT = 0xffff;
  private static final int DIRECTORY_ENTRY = 46;

  private final MappedFile file;

  ZipDirectory(MappedFile file) {
    this.file = file;
  }

  /** The offset of the local header of each entry, in the order of the directory. */
  List<Long> localHeaderOffsets() throws ZipException {
    long end = findEnd();
    ByteBuffer record = file.window(end, END);
    long size = record.getInt(12) & 0xffff_ffffL;
    long offset = record.getInt(16) & 0xffff_ffffL;
    long directoryEnd = end;
    if (end >= 20 && file.window(end - 20, 4).getInt() == 0x07064b50) { // zip64
      directoryEnd = file.window(end - 20 + 8, 8).getLong();
      ByteBuffer large = file.window(directoryEnd, 56);
      if (large.getInt(0) != 0x06064b50) {
        throw new ZipException("the zip64 end record is missing");
      }
      size = large.getLong(40);
      offset = large.getLong(48);
    }
    if (size < 0 || offset < 0 || offset != directoryEnd - size) {
      throw new ZipException("the directory does not stand before its end record");
    }
    return read(file.window(offset, size));
  }

  private long findEnd() throws ZipException {
    long earliest = Math.max(0, file.size() - END - MAX_COMMENT);
    for (long at = file.size() - END; at >= earliest; at--) {
      ByteBuffer record = file.window(at, END);
      if (record.getInt(0) == 0x06054b50
          && (record.getShort(20) & 0xffff) == file.size() - at - END) {
        return at;
      }
    }
    throw new ZipException("its end is missing");
  }

  private static List<Long> read(ByteBuffer directory) throws ZipException {
    List<Long> offsets = new ArrayList<>();
    int at = 0;
    while (at < directory.limit()) {
      if (directory.getInt(at) != 0x02014b50) {
        throw new ZipException("the directory is broken");
      }
      int extraAt = at + DIRECTORY_ENTRY + (directory.getShort(at + 28) & 0xffff);
      int extraLength = directory.getShort(at + 30) & 0xffff;
      int commentLength = directory.getShort(at + 32) & 0xffff;
      long offset = directory.getInt(at + 42) & 0xffff_ffffL;
      if (offset == 0xffff_ffffL) {
        int before = 0; // in the zip64 field, the sizes that did not fit stand before the offset
        before += directory.getInt(at + 24) == -1 ? 8 : 0;
        before += directory.getInt(at + 20) == -1 ? 8 : 0;
        offset = zip64Field(directory, extraAt, extraLength, before);
      }
      offsets.add(offset);
      at = extraAt + extraLength + commentLength;
    }
    return offsets;
  }

  private static long zip64Field(ByteBuffer directory, int extraAt, int extraLength, int before)
      throws ZipException {
    for (int at = extraAt; at + 4 <= extraAt + extraLength; ) {
      if (directory.getShort(at) == 1) {
        return directory.getLong(at + 4 + before);
      }
      at += 4 + (directory.getShort(at + 2) & 0xffff);
    }
    throw new ZipException("the offset of an entry is missing");
  }
}
