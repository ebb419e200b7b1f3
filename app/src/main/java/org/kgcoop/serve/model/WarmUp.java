package org.kgcoop.serve.model;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import javax.imageio.ImageIO;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.RgbImage;
import org.kgcoop.serve.http.HttpErrorException;

/**
 * Runs all code that is slow on its first call, such as starting threads, before the first request.
 */
public final class WarmUp {
  private static final int SIDE = 64;

  static {
    ImageIO.setUseCache(false); // no temporary files
  }

  private WarmUp() {}

  /**
   * Classifies a black image with each model, on the same path as requests.
   *
   * @throws KgCoopException if a model fails
   */
  public static void run(
      ModelRegistry models, RequestImageDecoder decoder, EncodingQueue queue, Duration timeLimit) {
    RgbImage black = decoder.decode(black(), Deadline.in(timeLimit));
    for (ServedModel model : models.all()) {
      try {
        queue.submit(black, model.function(), Deadline.in(timeLimit));
      } catch (HttpErrorException e) {
        return; // it exceeds the time limit of requests; the encoder continues without this thread
      } catch (KgCoopException e) {
        throw new KgCoopException(e.category(), "model " + model.name() + ": " + e.getMessage(), e);
      }
    }
  }

  private static byte[] black() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
      if (!ImageIO.write(image, "jpeg", bytes)) {
        throw new IllegalStateException("this Java cannot write JPEG");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
