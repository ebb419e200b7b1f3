package org.kgcoop.serve.model;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import org.kgcoop.KgCoopException;
import org.kgcoop.cache.ViewEncoder.Pixels;
import org.kgcoop.classify.Classification;
import org.kgcoop.serve.http.RefusedRequestException;

/** A run, before any request, of all that is slow only the first time, such as starting threads. */
public final class WarmUp {
  private static final int SIDE = 64;

  static {
    ImageIO.setUseCache(false); // its streams would be files of the temporary folder
  }

  private WarmUp() {}

  /**
   * Has a black image classified by every model, on the way that requests take.
   *
   * @throws KgCoopException where a model has no answer to it
   */
  public static void run(ModelRegistry models, ImageReader images, EncodingQueue queue) {
    Pixels black = images.read(black());
    for (ServedModel model : models.all()) {
      try {
        queue.ask(black, model.reading());
      } catch (RefusedRequestException e) {
        return; // it takes longer than a request may: the encoder goes on with it by itself
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
        throw new IllegalStateException("the Java platform writes no JPEG");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
