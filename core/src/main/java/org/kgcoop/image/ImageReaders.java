package org.kgcoop.image;

import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
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
  BMP("com.sun.imageio.plugins.bmp.BMPImageReaderSpi");

  private final String providerClass;

  ImageReaders(String providerClass) {
    this.providerClass = providerClass;
  }

  /** Decodes the stored samples, with the color conversion of the reader. */
  Raster read(byte[] file) throws IOException {
    return withReader(file, reader -> reader.read(0).getRaster());
  }

  /** Decodes the stored samples, without color conversion. */
  Raster readRaw(byte[] file) throws IOException {
    return withReader(file, reader -> reader.readRaster(0, null));
  }

  private interface Use {
    Raster of(ImageReader reader) throws IOException;
  }

  private Raster withReader(byte[] file, Use use) throws IOException {
    ImageReader reader = provider().createReaderInstance();
    try {
      reader.setInput(new MemoryCacheImageInputStream(new ByteArrayInputStream(file)), true, true);
      return use.of(reader);
    } finally {
      reader.dispose();
    }
  }

  private ImageReaderSpi provider() {
    Iterator<ImageReaderSpi> providers =
        IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, false);
    while (providers.hasNext()) {
      ImageReaderSpi provider = providers.next();
      if (provider.getClass().getName().equals(providerClass)) {
        return provider;
      }
    }
    throw new IllegalStateException(
        "this Java has no " + providerClass + "; the module java.desktop must be complete");
  }
}
