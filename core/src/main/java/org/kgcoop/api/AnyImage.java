package org.kgcoop.api;

import java.awt.image.BufferedImage;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.kgcoop.KgCoopException;
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
    List<?> read = images.stream().map(AnyImage::read).toList();
    List<Supplier<RgbImage>> views =
        read.parallelStream().map(image -> viewOrError(image, encoder)).toList();
    return views.stream().map(Supplier::get).toList(); // throws the first of several errors
  }

  private static Supplier<RgbImage> viewOrError(Object image, ViewEncoder encoder) {
    try {
      RgbImage view = view(image, encoder);
      return () -> view;
    } catch (KgCoopException | IllegalArgumentException e) {
      return () -> {
        throw e;
      };
    }
  }

  /** Reads a stream. Streams are read one after the other, and before other images are decoded. */
  private static Object read(Object image) {
    return image instanceof InputStream stream ? Images.bytes(stream) : image;
  }

  private static RgbImage view(Object image, ViewEncoder encoder) {
    if (image instanceof TransformedImage view) {
      return view.pixels();
    }
    if (image instanceof RgbImage pixels) {
      return encoder.testView(pixels);
    }
    if (image instanceof Path file) {
      return encoder.testView(Images.bytes(file), file.toString());
    }
    if (image instanceof byte[] bytes) {
      return encoder.testView(bytes, "image");
    }
    if (image instanceof BufferedImage buffered) {
      return encoder.testView(RgbImage.of(buffered));
    }
    throw new IllegalArgumentException(
        "image: expected a Path, byte[], InputStream, BufferedImage or RgbImage, got "
            + image.getClass().getName());
  }
}
