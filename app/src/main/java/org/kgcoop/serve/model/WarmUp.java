package org.kgcoop.serve.model;

import java.awt.image.BufferedImage;
import java.time.Duration;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.JpegFile;
import org.kgcoop.serve.http.HttpErrorException;

/**
 * Runs all code that is slow on its first call, such as starting threads, before the first request.
 */
public final class WarmUp {
  private static final int SIDE = 64;

  private WarmUp() {}

  /**
   * Classifies a black image with each model, on the same path as requests.
   *
   * @throws KgCoopException if a model fails
   */
  public static void run(
      ModelRegistry models, RequestImageDecoder decoder, EncodingQueue queue, Duration timeLimit) {
    byte[] file =
        JpegFile.of(RgbImage.of(new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB)));
    RgbImage black = decoder.decode(file, Deadline.in(timeLimit));
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
}
