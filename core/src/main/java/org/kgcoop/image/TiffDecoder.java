package org.kgcoop.image;

import java.io.IOException;

/**
 * A decoder of TIFF files: the first image, of 1 to 16 bits per sample. Of 16 bits, the upper 8 are
 * used. As in Pillow, the image is rotated by its orientation tag, and transparency is dropped.
 */
final class TiffDecoder {
  private TiffDecoder() {}

  static RgbImage decode(byte[] file, PixelLimit limit) throws IOException {
    TiffDirectory first = TiffDirectory.first(file);
    limit.claim(first.value(TiffDirectory.WIDTH), first.value(TiffDirectory.HEIGHT));
    long orientation = first.value(TiffDirectory.ORIENTATION);
    return orientation < 2 || orientation > 8
        ? Leptonica.tiff(file)
        : // Leptonica would rotate the image itself, by 8 in the wrong direction.
        Leptonica.tiff(TiffDirectory.withoutOrientation(file)).upright((int) orientation);
  }
}
