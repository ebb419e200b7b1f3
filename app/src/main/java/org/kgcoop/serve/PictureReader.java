package org.kgcoop.serve;

import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.kgcoop.bank.PictureEncoder.Pixels;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Images;
import org.kgcoop.data.RgbImage;
import org.kgcoop.data.Transform;

/**
 * Bytes to pictures of the model's size, so that what waits is small. Only as many are decoded at a
 * time as fit into the heap: a picture of the most pixels takes 192 MB as RGB, and more while it is
 * decoded.
 */
final class PictureReader {
  private static final long BYTES_A_PIXEL = 12;

  private final Images images;
  private final Transform transform;
  private final Semaphore decoding;

  PictureReader(Clip clip, Consumer<String> warnings) {
    images = new Images(warnings);
    transform = new Transform(clip.preprocessing());
    long fit = Runtime.getRuntime().maxMemory() / (BYTES_A_PIXEL * Images.DEFAULT_MAX_PIXELS);
    decoding =
        new Semaphore((int) Math.max(1, Math.min(fit, Runtime.getRuntime().availableProcessors())));
  }

  /** As the test transform shows it. */
  Pixels read(byte[] file) {
    decoding.acquireUninterruptibly();
    try {
      RgbImage seen = transform.test(images.decodeUpright(file, "picture"));
      return (values, offset) -> transform.normalise(seen, values, offset);
    } finally {
      decoding.release();
    }
  }
}
