package org.kgcoop.api;

import java.awt.image.BufferedImage;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.TransformedImage;

/**
 * A decoder of images in every form that programs have them in. It rotates them by their EXIF
 * orientation.
 */
final class AnyImage {
  private static final System.Logger LOG = System.getLogger(AnyImage.class.getName());

  private final Images images = new Images(line -> LOG.log(System.Logger.Level.WARNING, line));

  Images images() {
    return images;
  }

  /** Decodes and transforms images. Images that are {@link TransformedImage}s are kept. */
  List<RgbImage> views(List<?> images, ViewEncoder encoder) {
    List<?> read =
        images.stream()
            .map(image -> image instanceof TransformedImage ? image : decoded(image))
            .toList();
    return read.parallelStream()
        .map(
            image ->
                image instanceof TransformedImage view
                    ? view.pixels()
                    : encoder.testView((RgbImage) image))
        .toList();
  }

  RgbImage decoded(Object image) {
    if (image instanceof RgbImage pixels) {
      return pixels;
    }
    if (image instanceof Path file) {
      return images.readUpright(file);
    }
    if (image instanceof byte[] bytes) {
      return images.decodeUpright(bytes, "image");
    }
    if (image instanceof InputStream stream) {
      return images.decodeUpright(Images.bytes(stream), "image");
    }
    if (image instanceof BufferedImage buffered) {
      return RgbImage.of(buffered);
    }
    throw new IllegalArgumentException(
        "image: expected a Path, byte[], InputStream, BufferedImage or RgbImage, got "
            + image.getClass().getName());
  }
}
