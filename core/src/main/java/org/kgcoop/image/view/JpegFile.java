package org.kgcoop.image.view;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.kgcoop.image.Crop;
import org.kgcoop.image.RgbImage;

/** Small copies of images for a browser. */
public final class JpegFile {
  private static final float QUALITY = 0.85f;

  static {
    ImageIO.setUseCache(false); // no temporary files
  }

  private JpegFile() {}

  /**
   * Returns an image whose longer side has at most {@code side} pixels, in the same shape. A
   * smaller image stays as it is.
   */
  public static RgbImage shrunk(int side, RgbImage image) {
    int longer = Math.max(image.width(), image.height());
    if (longer <= side) {
      return image;
    }
    int width = Math.max(1, Math.round((float) image.width() * side / longer));
    int height = Math.max(1, Math.round((float) image.height() * side / longer));
    return new Resampler(Interpolation.BILINEAR)
        .resize(image, image.whole(), width, height, new Crop(0, 0, height, width));
  }

  /** Returns the bytes of a JPEG file. */
  public static byte[] of(RgbImage image) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      parameters.setCompressionQuality(QUALITY);
      writer.setOutput(out);
      writer.write(null, new IIOImage(image.toBufferedImage(), null, null), parameters);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
