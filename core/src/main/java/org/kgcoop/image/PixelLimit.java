package org.kgcoop.image;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.MemoryBudget;

/**
 * The maximum number of pixels of an image, and its part of the memory for all images that are
 * decoded at the same time. Both are checked before decoding, so a file of a few bytes that claims
 * 30,000 x 30,000 pixels takes no memory. One object is for one image.
 */
final class PixelLimit implements AutoCloseable {
  private static final int MAX_SCANS = 1000;
  private static final int SCANS_OF_THE_LARGEST = 20;

  /**
   * Bytes of the heap per pixel of the budget. A decoder of the JDK takes up to 12, half of the
   * heap is for other objects. Memory of native decoders, up to 10 bytes per pixel, is outside the
   * heap.
   */
  private static final long HEAP_PER_PIXEL = 24;

  private static final MemoryBudget BUDGET =
      new MemoryBudget(Runtime.getRuntime().maxMemory() / HEAP_PER_PIXEL);

  private final long most;
  private long reserved;
  private MemoryBudget.@Nullable Part part;

  PixelLimit(long most) {
    this.most = most;
  }

  void check(long width, long height) throws IOException {
    if (width < 1 || height < 1) {
      throw new IOException("its header gives a size of " + width + " x " + height + " pixels");
    }
    if (width > most / height) {
      throw new RefusedImageException(
          "it has %s x %s pixels, more than the limit of %s; scale it down"
              .formatted(width, height, most));
    }
  }

  /** Checks the size, and waits for the memory to decode all pixels. */
  void claim(long width, long height) throws IOException {
    check(width, height);
    reserve(width * height);
  }

  /** Waits for the memory of this many pixels, which include those of earlier calls. */
  void reserve(long pixels) {
    if (pixels > reserved) {
      close(); // before it waits, so that threads do not wait for each other
      part = BUDGET.take(pixels);
      reserved = pixels;
    }
  }

  /**
   * Rejects an image with far more scans than programs write (about 10). A scan takes a few bytes
   * of the file, but as much time as the entire image.
   */
  void checkScans(int scans, long width, long height) throws IOException {
    if (scans > MAX_SCANS || scans * width * height > SCANS_OF_THE_LARGEST * most) {
      throw new RefusedImageException(
          "it has %s scans or more of %s x %s pixels, which take long to decode; save it again"
              .formatted(scans, width, height));
    }
  }

  /** Gives the memory back. */
  @Override
  public void close() {
    if (part != null) {
      part.close();
      part = null;
      reserved = 0;
    }
  }
}
