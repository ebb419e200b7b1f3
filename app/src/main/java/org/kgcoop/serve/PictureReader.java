package org.kgcoop.serve;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.kgcoop.bank.PictureEncoder.Pixels;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Images;
import org.kgcoop.data.RgbImage;
import org.kgcoop.data.Transform;
import org.kgcoop.serve.RequestTrace.Stage;

/**
 * Bytes to pictures of the model's size, so that what waits is small. Only as many are decoded at a
 * time as fit into the heap: a picture takes 3 bytes a pixel as RGB, and more while it is decoded.
 * No decoding takes long, since {@link Images} bounds pixels, and the scans of a JPEG.
 */
final class PictureReader {
  private static final long BYTES_A_PIXEL = 12;

  private final Images images;
  private final Transform transform;
  private final Semaphore decoding;
  private final Duration timeLimit;
  private final AtomicInteger upcoming = new AtomicInteger();

  PictureReader(Clip clip, Duration timeLimit, long maxPixels, Consumer<String> warnings) {
    images = new Images(maxPixels, warnings);
    transform = new Transform(clip.preprocessing());
    long fit = Runtime.getRuntime().maxMemory() / (BYTES_A_PIXEL * maxPixels);
    decoding =
        new Semaphore((int) Math.max(1, Math.min(fit, Runtime.getRuntime().availableProcessors())));
    this.timeLimit = timeLimit;
  }

  /**
   * As the test transform shows it.
   *
   * @throws RefusedRequestException 503 where others are decoded until the time limit is over
   * @throws org.kgcoop.KgCoopException where these bytes are no picture that can be read
   */
  Pixels read(byte[] file) {
    int unused = upcoming.incrementAndGet();
    try {
      RgbImage seen = decode(file);
      return (values, offset) -> transform.normalise(seen, values, offset);
    } finally {
      int unusedToo = upcoming.decrementAndGet();
    }
  }

  /** How many are being read, which will want the encoder. */
  int upcoming() {
    return upcoming.get();
  }

  private RgbImage decode(byte[] file) {
    RequestTrace trace = RequestTrace.current();
    long start = System.nanoTime();
    try {
      long left = trace.begun() + timeLimit.toNanos() - start;
      if (!decoding.tryAcquire(left, TimeUnit.NANOSECONDS)) {
        throw EncodingQueue.tooLate();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RefusedRequestException(503, "the server stops");
    }
    try {
      return transform.test(images.decodeUpright(file, "picture"));
    } catch (OutOfMemoryError e) {
      throw new RefusedRequestException(503, "the server has too little memory for it just now");
    } finally {
      decoding.release();
      trace.add(Stage.DECODE, start);
    }
  }
}
