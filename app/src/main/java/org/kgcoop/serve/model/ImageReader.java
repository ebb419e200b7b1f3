package org.kgcoop.serve.model;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.features.ViewEncoder.Pixels;
import org.kgcoop.image.Images;
import org.kgcoop.image.RefusedImageException;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.Transform;
import org.kgcoop.serve.http.RefusedRequestException;
import org.kgcoop.serve.http.RequestTrace;
import org.kgcoop.serve.http.RequestTrace.Stage;
import org.kgcoop.serve.http.ServerSettings.Limits;

/**
 * Decodes images and resizes them to the size of the model, so that waiting images are small. Small
 * and large images have separate places, as many each as there are processors. Large images may
 * take seconds, and small images do not wait for them. Only as many large images are decoded at a
 * time as fit into the heap: an image takes 3 bytes per pixel as RGB, and more during decoding.
 */
public final class ImageReader {
  private static final long BYTES_A_PIXEL = 12;

  /**
   * The maximum number of pixels of a small image. Decoding takes less than a tenth of a second.
   */
  private static final long SMALL = 1_000_000;

  private final Places small;
  private final Places large;
  private final Transform transform;
  private final Consumer<RgbImage> seen;
  private final Duration timeLimit;
  private final AtomicInteger upcoming = new AtomicInteger();

  /**
   * Creates a reader.
   *
   * @param seen receives each image after the test transform, in any thread
   */
  public ImageReader(Clip clip, Limits limits, Consumer<String> warnings, Consumer<RgbImage> seen) {
    this(clip, limits, Runtime.getRuntime().availableProcessors(), warnings, seen);
  }

  ImageReader(
      Clip clip,
      Limits limits,
      int processors,
      Consumer<String> warnings,
      Consumer<RgbImage> seen) {
    this.seen = seen;
    long most = limits.pixels();
    long fit = Runtime.getRuntime().maxMemory() / (BYTES_A_PIXEL * most);
    small = new Places(new Images(Math.min(SMALL, most), warnings), processors, Integer.MAX_VALUE);
    large =
        new Places(
            new Images(most, warnings),
            (int) Math.max(1, Math.min(fit, processors)),
            Math.max(1, limits.queue() / 2));
    transform = new Transform(clip.preprocessing());
    timeLimit = limits.time();
  }

  /**
   * Decodes an image and applies the test transform.
   *
   * @throws RefusedRequestException 503 if the time limit is exceeded, or too many large images
   *     wait
   * @throws org.kgcoop.KgCoopException if the bytes cannot be read as an image
   */
  public Pixels read(byte[] file) {
    upcoming.incrementAndGet();
    try {
      RgbImage image = decode(file);
      seen.accept(image);
      return (values, offset) -> transform.normalise(image, values, offset);
    } finally {
      upcoming.decrementAndGet();
    }
  }

  /** Returns the number of images that are being read and will need the encoder. */
  public int upcoming() {
    return upcoming.get();
  }

  private RgbImage decode(byte[] file) {
    RequestTrace trace = RequestTrace.current();
    long start = System.nanoTime();
    try {
      return decode(file, trace.begun() + timeLimit.toNanos());
    } catch (OutOfMemoryError e) {
      throw new RefusedRequestException(503, "the server is out of memory; try again later");
    } finally {
      trace.add(Stage.DECODE, start);
    }
  }

  private RgbImage decode(byte[] file, long deadline) {
    try {
      return small.decode(file, deadline);
    } catch (KgCoopException e) {
      if (e.getCause() instanceof RefusedImageException) {
        return large.decode(file, deadline); // or rejected with its own limit
      }
      throw e;
    }
  }

  /** The places for images of one kind, and the callers that wait for one. */
  private final class Places {
    private final Images images;
    private final Semaphore places;
    private final int mostWaiting;

    Places(Images images, int places, int mostWaiting) {
      this.images = images;
      this.places = new Semaphore(places);
      this.mostWaiting = mostWaiting;
    }

    RgbImage decode(byte[] file, long deadline) {
      take(deadline);
      try {
        return transform.test(images.decodeUpright(file, "image"));
      } finally {
        places.release();
      }
    }

    private void take(long deadline) {
      if (places.tryAcquire()) {
        return;
      }
      if (places.getQueueLength() >= mostWaiting) {
        throw new RefusedRequestException(
            503, "too many large images are waiting; try again later, or send a smaller one");
      }
      try {
        if (!places.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          throw EncodingQueue.tooLate();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RefusedRequestException(503, "the server is shutting down");
      }
    }
  }
}
