package org.kgcoop.image;

/** The formats of image files, detected from the first bytes of the content. */
enum ImageFormat {
  JPEG,
  PNG,
  GIF,
  BMP,
  WEBP,
  UNKNOWN;

  static ImageFormat of(byte[] file) {
    ByteReader bytes = ByteReader.bigEndian(file);
    if (bytes.startsWith("\u00ff\u00d8\u00ff", 0)) {
      return JPEG;
    }
    if (bytes.startsWith("\u0089PNG\r\n\u001a\n", 0)) {
      return PNG;
    }
    if (bytes.startsWith("GIF87a", 0) || bytes.startsWith("GIF89a", 0)) {
      return GIF;
    }
    if (bytes.startsWith("BM", 0)) {
      return BMP;
    }
    if (bytes.startsWith("RIFF", 0) && bytes.startsWith("WEBP", 8)) {
      return WEBP;
    }
    return UNKNOWN;
  }
}
