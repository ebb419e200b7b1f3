package org.kgcoop.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.Proxy;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadProgressListener;
import org.w3c.dom.NamedNodeMap;

/**
 * A decoder of GIF files. It returns the first frame on its canvas, as Pillow does. It rejects
 * frames without a palette and interlaced frames of fewer than 5 rows, which the JDK's reader would
 * decode to other pixels.
 */
final class GifDecoder {
  private static final String METADATA = "javax_imageio_gif_image_1.0";

  private GifDecoder() {}

  static RgbImage decode(byte[] bytes, PixelLimit limit) throws IOException {
    ByteReader file = ByteReader.littleEndian(bytes);
    return ImageReaders.GIF.use(bytes, reader -> firstFrame(reader, file, limit));
  }

  private static RgbImage firstFrame(ImageReader reader, ByteReader file, PixelLimit limit)
      throws IOException {
    limit.claim(file.u16(6), file.u16(8));
    NamedNodeMap frame =
        reader.getImageMetadata(0).getAsTree(METADATA).getFirstChild().getAttributes();
    int left = number(frame, "imageLeftPosition");
    int top = number(frame, "imageTopPosition");
    int width = number(frame, "imageWidth");
    int height = number(frame, "imageHeight");
    int canvasWidth = Math.max(file.u16(6), left + width);
    int canvasHeight = Math.max(file.u16(8), top + height);
    limit.claim(width, height);
    limit.claim(canvasWidth, canvasHeight);
    if (frame.getNamedItem("interlaceFlag").getNodeValue().equals("TRUE") && height < 5) {
      throw new RefusedImageException("it has fewer than 5 interlaced rows; save it again");
    }
    float[] percent = new float[1]; // of rows that were decoded
    reader.addIIOReadProgressListener(
        (IIOReadProgressListener)
            Proxy.newProxyInstance(
                ImageReader.class.getClassLoader(),
                new Class<?>[] {IIOReadProgressListener.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("imageProgress")) {
                    percent[0] = (float) arguments[1];
                  }
                  return null;
                }));
    reader.addIIOReadWarningListener(
        (source, warning) -> {
          throw new IllegalArgumentException(warning); // about a missing palette
        });
    BufferedImage image = reader.read(0);
    if (percent[0] < 100) {
      throw new EOFException("it is truncated: rows are missing"); // the reader leaves them black
    }
    if (width == canvasWidth && height == canvasHeight) {
      return RgbImage.of(image);
    }
    // The area around the frame has the transparent color, or the first one.
    IndexColorModel colors = (IndexColorModel) image.getColorModel();
    int around = colors.getRGB(Math.max(0, colors.getTransparentPixel()));
    BufferedImage canvas = new BufferedImage(canvasWidth, canvasHeight, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < canvasHeight; y++) {
      for (int x = 0; x < canvasWidth; x++) {
        boolean inside = x >= left && x < left + width && y >= top && y < top + height;
        canvas.setRGB(x, y, inside ? image.getRGB(x - left, y - top) : around);
      }
    }
    return RgbImage.of(canvas);
  }

  private static int number(NamedNodeMap frame, String name) {
    return Integer.parseInt(frame.getNamedItem(name).getNodeValue());
  }
}
