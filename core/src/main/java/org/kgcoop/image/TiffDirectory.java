package org.kgcoop.image;

import java.io.EOFException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A directory of tags in a TIFF file, or in a file of this structure, such as EXIF and most RAW
 * files.
 *
 * @param values the first value of each tag with whole numbers
 * @param subdirectories the positions of directories that this one names
 */
record TiffDirectory(Map<Integer, Long> values, List<Long> subdirectories) {
  static final int WIDTH = 0x100;
  static final int HEIGHT = 0x101;
  static final int ORIENTATION = 0x112;

  private static final int COMPRESSION = 0x103;
  private static final int PHOTOMETRIC = 0x106;
  private static final int SUBDIRECTORIES = 0x14a;
  private static final int DNG_VERSION = 0xc612;
  private static final long COLOR_FILTER_ARRAY = 32_803;
  private static final long LINEAR_RAW = 34_892;
  private static final long OF_NIKON = 34_713;
  private static final long OF_SONY = 32_767;
  private static final int MAX_SUBDIRECTORIES = 16;

  private static final int BYTE = 1;
  private static final int SHORT = 3;
  private static final int LONG = 4;
  private static final int DIRECTORY = 13;

  /** Reads the first directory of a file. */
  static TiffDirectory first(byte[] file) throws EOFException {
    ByteReader bytes = reader(file);
    return at(bytes, bytes.u32(4));
  }

  private static ByteReader reader(byte[] file) {
    return new ByteReader(file, file.length > 0 && file[0] == 'M');
  }

  private static TiffDirectory at(ByteReader file, long at) throws EOFException {
    Map<Integer, Long> values = new HashMap<>();
    List<Long> subdirectories = new ArrayList<>();
    int entries = file.u16(at);
    for (int i = 0; i < entries; i++) {
      long entry = at + 2 + 12L * i;
      int tag = file.u16(entry);
      int type = file.u16(entry + 2);
      long count = file.u32(entry + 4);
      if (type == SHORT) {
        values.put(tag, (long) file.u16(entry + 8));
      } else if (type == LONG || type == DIRECTORY) {
        values.put(tag, file.u32(entry + 8));
      } else if (type == BYTE) {
        values.put(tag, (long) file.u8(entry + 8));
      }
      if (tag == SUBDIRECTORIES && (type == LONG || type == DIRECTORY)) {
        for (int k = 0; k < Math.min(count, MAX_SUBDIRECTORIES); k++) {
          subdirectories.add(file.u32(count == 1 ? entry + 8 : file.u32(entry + 8) + 4L * k));
        }
      }
    }
    return new TiffDirectory(values, subdirectories);
  }

  /** Returns the value of a tag, or 0 if there is none. */
  long value(int tag) {
    return values.getOrDefault(tag, 0L);
  }

  /** Returns a copy of a TIFF file whose first directory has the orientation 1. */
  static byte[] withoutOrientation(byte[] file) throws EOFException {
    byte[] copy = file.clone();
    ByteReader bytes = reader(copy);
    long at = bytes.u32(4);
    int entries = bytes.u16(at);
    for (int i = 0; i < entries; i++) {
      int entry = Math.toIntExact(at + 2 + 12L * i);
      if (bytes.u16(entry) == ORIENTATION) {
        boolean isBigEndian = copy[0] == 'M';
        copy[entry + 8] = (byte) (isBigEndian ? 0 : 1);
        copy[entry + 9] = (byte) (isBigEndian ? 1 : 0);
      }
    }
    return copy;
  }

  /** Returns true if a TIFF file contains samples of a sensor, so that it is a RAW file. */
  static boolean hasSensorData(byte[] file) {
    try {
      TiffDirectory first = first(file);
      if (first.values.containsKey(DNG_VERSION) || first.isOfSensor()) {
        return true;
      }
      for (long sub : first.subdirectories) {
        if (at(reader(file), sub).isOfSensor()) {
          return true;
        }
      }
    } catch (EOFException e) {
      return false; // damaged; decoding reports it
    }
    return false;
  }

  private boolean isOfSensor() {
    long photometric = value(PHOTOMETRIC);
    long compression = value(COMPRESSION);
    return photometric == COLOR_FILTER_ARRAY
        || photometric == LINEAR_RAW
        || compression == OF_NIKON
        || compression == OF_SONY;
  }
}
