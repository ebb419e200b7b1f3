package org.kgcoop.classify;

import java.awt.image.BufferedImage;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;

/** Images in any form that programs have them in, turned upright by their EXIF orientation. */
final class AnyPicture {
  private static final System.Logger LOG = System.getLogger(AnyPicture.class.getName());

  private final Images images = new Images(line -> LOG.log(System.Logger.Level.WARNING, line));

  Images images() {
    return images;
  }

  List<RgbImage> decoded(List<?> pictures) {
    return pictures.stream().map(this::decoded).toList();
  }

  RgbImage decoded(Object picture) {
    if (picture instanceof RgbImage pixels) {
      return pixels;
    }
    if (picture instanceof Path file) {
      return images.readUpright(file);
    }
    if (picture instanceof byte[] bytes) {
      return images.decodeUpright(bytes, "image");
    }
    if (picture instanceof InputStream stream) {
      return images.decodeUpright(Images.bytes(stream), "image");
    }
    if (picture instanceof BufferedImage buffered) {
      return RgbImage.of(buffered);
    }
    throw new IllegalArgumentException(
        "image: expected a Path, byte[], InputStream, BufferedImage or RgbImage, got "
            + picture.getClass().getName());
  }
}
