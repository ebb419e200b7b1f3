package org.kgcoop.image;

import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.IIOException;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * The JDK's own image readers, selected by class, so that other readers on the class path do not
 * change the pixels. Data come from memory, so nothing is cached on disk.
 */
enum ImageReaders {
  JPEG("com.sun.imageio.plugins.jpeg.JPEGImageReaderSpi"),
  PNG("com.sun.imageio.plugins.png.PNGImageReaderSpi"),
  GIF("com.sun.imageio.plugins.gif.GIFImageReaderSpi"),
  BMP("com.sun.imageio.plugins.bmp.BMPImageReaderSpi");

  private final String providerClass;

  ImageReaders(String providerClass) {
    this.providerClass = providerClass;
  }

  /**
   * Decodes the stored samples, with the color conversion of the reader.
   *
   * @throws IOException if the data are damaged, or have another size or fewer bands
   */
  Raster read(byte[] file, long width, long height, int bands) throws IOException {
    return read(provider(), file, reader -> reader.read(0).getRaster(), width, height, bands);
  }

  /** Decodes the stored samples as {@link #read}, but without color conversion. */
  Raster readRaw(byte[] file, long width, long height, int bands) throws IOException {
    return read(provider(), file, reader -> reader.readRaster(0, null), width, height, bands);
  }

  /** A call of a reader. */
  interface Use<T> {
    T of(ImageReader reader) throws IOException;
  }

  /**
   * Decodes a file.
   *
   * @throws IOException if the data are damaged
   */
  <T> T use(byte[] file, Use<T> use) throws IOException {
    return use(provider(), file, use);
  }

  /**
   * Decodes samples with the reader of a provider, which may belong to another library.
   *
   * @throws IOException if the data are damaged, or have another size or fewer bands
   */
  static Raster read(
      ImageReaderSpi provider, byte[] file, Use<Raster> use, long width, long height, int bands)
      throws IOException {
    Raster raster = use(provider, file, use);
    if (raster.getWidth() != width
        || raster.getHeight() != height
        || raster.getNumBands() < bands) {
      throw new IOException("it is damaged: its sizes contradict each other");
    }
    return raster;
  }

  private static <T> T use(ImageReaderSpi provider, byte[] file, Use<T> use) throws IOException {
    ImageReader reader = provider.createReaderInstance();
    try {
      reader.setInput(new MemoryCacheImageInputStream(new ByteArrayInputStream(file)), true);
      return use.of(reader);
    } catch (EOFException | IIOException e) {
      boolean hasReason = e.getMessage() != null && !(e.getCause() instanceof EOFException);
      throw hasReason ? e : new EOFException("it is truncated");
    } catch (RuntimeException e) {
      // Readers throw exceptions of any kind for damaged data. Those of kgcoop's own code are bugs,
      // so nothing outside this method catches them.
      throw new IOException("its data are damaged", e);
    } finally {
      reader.dispose();
    }
  }

  private ImageReaderSpi provider() {
    Iterator<ImageReaderSpi> providers =
        IIORegistry.getDefaultInstance()
            .getServiceProviders(
                ImageReaderSpi.class,
                provider -> provider.getClass().getName().equals(providerClass),
                false);
    if (!providers.hasNext()) {
      throw new IllegalStateException(
          "this Java has no " + providerClass + "; the module java.desktop must be complete");
    }
    return providers.next();
  }
}
