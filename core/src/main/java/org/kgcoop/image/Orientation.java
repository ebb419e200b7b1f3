package org.kgcoop.image;

import java.io.EOFException;

/**
 * The EXIF orientation of an image file, which records how the camera was held. 1 means not
 * rotated; {@link RgbImage#upright} reverses the rotations and reflections 2 to 8.
 *
 * <p>Published features ignore the orientation, so training on the published data sets ignores it
 * too.
 */
public final class Orientation {

  /** The orientation of a file without an orientation tag. */
  public static final int UPRIGHT = 1;

  private static final String CANON_BOX = "CMT1";
  private static final String EXIF = "Exif\0\0";

  private Orientation() {}

  /**
   * Returns the orientation tag of a JPEG, PNG, WebP or RAW file, or 1 if there is none. It is 1
   * for TIFF, HEIC and AVIF files, which are rotated when they are decoded.
   */
  public static int of(byte[] file) {
    try {
      return switch (ImageFormat.of(file)) {
        case JPEG -> ofJpeg(ByteReader.bigEndian(file));
        case PNG -> ofPng(ByteReader.bigEndian(file));
        case WEBP -> ofWebp(ByteReader.littleEndian(file));
        case RAW -> ofRaw(ByteReader.bigEndian(file));
        default -> UPRIGHT;
      };
    } catch (EOFException e) {
      return UPRIGHT; // a damaged EXIF block does not make the image unreadable
    }
  }

  private static int ofJpeg(ByteReader file) throws EOFException {
    long at = 2;
    while (file.u8(at) == 0xff) {
      int marker = file.u8(at + 1);
      if (marker == 0xff) {
        at++; // a fill byte
      } else if (marker == 0xe1 && file.startsWith(EXIF, at + 4)) {
        return ofTiff(file.slice(at + 4, file.u16(at + 2) - 2L));
      } else if (marker == 0xda || marker == 0xd9) {
        return UPRIGHT;
      } else {
        at += 2 + Math.max(2, file.u16(at + 2));
      }
    }
    return UPRIGHT;
  }

  private static int ofPng(ByteReader file) throws EOFException {
    for (long at = 8; !file.startsWith("IEND", at + 4); at += 12 + file.u32(at)) {
      if (file.startsWith("eXIf", at + 4)) {
        return ofTiff(file.slice(at + 8, file.u32(at)));
      }
    }
    return UPRIGHT;
  }

  private static int ofWebp(ByteReader file) throws EOFException {
    long at = 12;
    while (!file.startsWith("EXIF", at)) {
      long length = file.u32(at + 4);
      at += 8 + length + (length & 1);
    }
    return ofTiff(file.slice(at + 8, file.u32(at + 4)));
  }

  /** Reads the tag of a RAW file of the TIFF structure, or of Canon's box with this structure. */
  private static int ofRaw(ByteReader file) throws EOFException {
    if (!file.startsWith("ftyp", 4)) {
      return ofTiff(file.bytes());
    }
    for (long at = 0; at < file.length() - 8; at++) {
      if (file.startsWith(CANON_BOX, at + 4)) {
        return ofTiff(file.slice(at + 8, file.u32(at) - 8));
      }
    }
    return UPRIGHT;
  }

  /** Finds the tag in the first directory of a TIFF structure. */
  private static int ofTiff(byte[] exif) throws EOFException {
    ByteReader whole = ByteReader.bigEndian(exif);
    byte[] tiff = whole.startsWith(EXIF, 0) ? whole.slice(6, exif.length - 6L) : exif;
    ByteReader bytes = new ByteReader(tiff, tiff.length > 0 && tiff[0] == 'M');
    if (!bytes.startsWith("II", 0) && !bytes.startsWith("MM", 0)) {
      return UPRIGHT;
    }
    long orientation = TiffDirectory.first(tiff).value(TiffDirectory.ORIENTATION);
    return orientation >= 1 && orientation <= 8 ? (int) orientation : UPRIGHT;
  }
}
