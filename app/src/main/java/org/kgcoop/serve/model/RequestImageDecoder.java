package org.kgcoop.serve.model;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.image.Images;
import org.kgcoop.image.RefusedImageException;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.Transform;
import org.kgcoop.serve.http.HttpErrorException;
import org.kgcoop.serve.http.ServerSettings.Limits;

/**
 * Decodes images and resizes them to the size of the model, so that waiting images are small. Small
 * and large images have separate slots, as many each as there are processors. Large images may take
 * seconds, and small images do not wait for them. {@link Images} bounds the memory of images that
 * are decoded at a time.
 */
public final class RequestImageDecoder {
  /**
   * The maximum number of pixels of a small image. Decoding takes less than a tenth of a second.
   */
  private static final long SMALL_PIXELS = 1_000_000;

  private final DecodingSlots small;
  private final DecodingSlots large;
  private final Transform transform;
  private final Consumer<RgbImage> observer;
  private final long maxPixels;
  private final AtomicInteger active = new AtomicInteger();

  /**
   * Creates a decoder.
   *
   * @param processors the number of images of each kind that are decoded at a time
   * @param observer receives each image after the test transform, in any thread
   */
  public RequestImageDecoder(
      Clip clip,
      Limits limits,
      int processors,
      Consumer<String> warnings,
      Consumer<RgbImage> observer) {
    this.observer = observer;
    maxPixels = limits.maxPixels();
    small =
        new DecodingSlots(
            new Images(Math.min(SMALL_PIXELS, maxPixels), warnings).withoutHeif(),
            processors,
            Integer.MAX_VALUE);
    large =
        new DecodingSlots(
            new Images(maxPixels, warnings).withoutHeif(),
            processors,
            Math.max(1, limits.maxWaitingImages() / 2));
    transform = new Transform(clip.preprocessing());
  }

  /**
   * Decodes an image and applies the test transform.
   *
   * @throws HttpErrorException 503 if the time limit is exceeded, or too many large images wait
   * @throws org.kgcoop.KgCoopException if the bytes cannot be read as an image
   */
  public RgbImage decode(byte[] file, Deadline deadline) {
    active.incrementAndGet();
    try {
      RgbImage image = resized(file, deadline);
      observer.accept(image);
      return image;
    } finally {
      active.decrementAndGet();
    }
  }

  /** Returns the number of images that are being decoded and will need the encoder. */
  public int active() {
    return active.get();
  }

  private RgbImage resized(byte[] file, Deadline deadline) {
    try {
      return small.decode(file, deadline);
    } catch (KgCoopException e) {
      if (!(e.getCause() instanceof RefusedImageException)) {
        throw e;
      }
    }
    try {
      return large.decode(file, deadline);
    } catch (KgCoopException e) {
      if (e.getCause() instanceof RefusedImageException cause
          && maxPixels < Images.DEFAULT_MAX_PIXELS) {
        throw KgCoopException.data(
            e.getMessage()
                + ", or raise the limit of the server: --max-pixels, at most "
                + Images.DEFAULT_MAX_PIXELS,
            cause);
      }
      throw e;
    }
  }

  /** The slots for images of one kind, and the callers that wait for one. */
  private final class DecodingSlots {
    private final Images images;
    private final Semaphore slots;
    private final int maxWaiting;

    DecodingSlots(Images images, int slots, int maxWaiting) {
      this.images = images;
      this.slots = new Semaphore(slots);
      this.maxWaiting = maxWaiting;
    }

    RgbImage decode(byte[] file, Deadline deadline) {
      take(deadline);
      try {
        return images.decodeUpright(file, "image", transform.reduction(), transform::test);
      } catch (OutOfMemoryError e) {
        throw new HttpErrorException(503, "the server is out of memory; try again later");
      } finally {
        slots.release();
      }
    }

    private void take(Deadline deadline) {
      if (slots.tryAcquire()) {
        return;
      }
      if (slots.getQueueLength() >= maxWaiting) {
        throw new HttpErrorException(
            503, "too many large images are waiting; try again later, or send a smaller one");
      }
      try {
        if (!slots.tryAcquire(deadline.remaining(), TimeUnit.NANOSECONDS)) {
          throw Deadline.exceeded();
        }
      } catch (InterruptedException e) {
        throw Deadline.interrupted();
      }
    }
  }
}
