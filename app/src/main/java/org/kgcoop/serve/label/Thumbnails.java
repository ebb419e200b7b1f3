package org.kgcoop.serve.label;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.JpegFile;

/**
 * Small JPEG copies of images, rotated by their EXIF orientation. An image is decoded once for all
 * sizes. A thread makes the images of the next pages while the person looks at the current one. An
 * image that cannot be read becomes a placeholder.
 */
final class Thumbnails implements AutoCloseable {
  /** The sizes of the longer side in pixels. */
  static final List<Integer> SIZES = List.of(128, 256, 1024);

  private static final int DECODED_AT_A_TIME = 2;
  private static final long MAX_BYTES = 64L << 20;
  private static final long PAUSE_NANOS = 10_000_000;

  private final Images images;
  private final long maxBytes;
  private final Semaphore decoding = new Semaphore(DECODED_AT_A_TIME, true);
  private final Map<Path, Sizes> known = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Path, CompletableFuture<Sizes>> pending = new HashMap<>();
  private final AtomicReference<@Nullable Supplier<List<Path>>> wanted = new AtomicReference<>();
  private final Thread ahead = new Thread(this::makeAhead, "kgcoop-thumbnails");
  private long bytes;
  private volatile boolean closed;

  /** The JPEG files of an image by their size. */
  private record Sizes(Map<Integer, byte[]> files) {
    long bytes() {
      return files.values().stream().mapToLong(file -> file.length).sum();
    }
  }

  Thumbnails() {
    this(MAX_BYTES);
  }

  /**
   * Creates an empty cache.
   *
   * @param maxBytes the maximum size of all JPEG files in memory
   */
  Thumbnails(long maxBytes) {
    this.maxBytes = maxBytes;
    images = new Images(warning -> {});
    ahead.setDaemon(true);
    ahead.start();
  }

  /**
   * Returns the JPEG file of an image.
   *
   * @param size one of {@link #SIZES}
   */
  byte[] get(Path file, int size) {
    byte[] found = sizes(file).files().get(size);
    if (found == null) {
      throw new IllegalArgumentException("size: expected one of " + SIZES + ", got " + size);
    }
    return found;
  }

  /**
   * Makes images in the background. Images of an earlier call that were not begun are left out.
   *
   * @param files returns the images; it is called in the background
   */
  void prepare(Supplier<List<Path>> files) {
    wanted.set(files);
    LockSupport.unpark(ahead);
  }

  private void makeAhead() {
    while (!closed) {
      Supplier<List<Path>> next = wanted.getAndSet(null);
      if (next == null) {
        LockSupport.park(this);
        continue;
      }
      try {
        makeAll(next.get());
      } catch (RuntimeException e) { // only a request reports an error
        LockSupport.parkNanos(this, PAUSE_NANOS);
      }
    }
  }

  private void makeAll(List<Path> files) {
    for (Path file : files) {
      if (closed || wanted.get() != null) {
        return;
      }
      Sizes unused = sizes(file);
    }
  }

  private Sizes sizes(Path file) {
    CompletableFuture<Sizes> mine = new CompletableFuture<>();
    CompletableFuture<Sizes> other;
    synchronized (this) {
      Sizes done = known.get(file);
      if (done != null) {
        return done;
      }
      other = pending.putIfAbsent(file, mine);
    }
    if (other != null) {
      return other.join();
    }
    Sizes made;
    try {
      made = make(file);
    } catch (RuntimeException | Error e) {
      synchronized (this) {
        pending.remove(file);
      }
      mine.completeExceptionally(e);
      throw e;
    }
    synchronized (this) {
      pending.remove(file);
      known.put(file, made);
      bytes += made.bytes();
      Iterator<Sizes> oldest = known.values().iterator();
      while (bytes > maxBytes && known.size() > 1) {
        bytes -= oldest.next().bytes();
        oldest.remove();
      }
    }
    mine.complete(made);
    return made;
  }

  private Sizes make(Path file) {
    decoding.acquireUninterruptibly();
    try {
      return sizes(images.readUpright(file));
    } catch (KgCoopException | OutOfMemoryError | IllegalArgumentException e) {
      return sizes(placeholder()); // the file changed after it was encoded
    } finally {
      decoding.release();
    }
  }

  private static Sizes sizes(RgbImage image) {
    Map<Integer, byte[]> files = new TreeMap<>();
    RgbImage smaller = image;
    for (int i = SIZES.size() - 1; i >= 0; i--) {
      smaller = JpegFile.shrunk(SIZES.get(i), smaller);
      files.put(SIZES.get(i), JpegFile.of(smaller));
    }
    return new Sizes(files);
  }

  /** Returns a gray square with a cross. */
  private static RgbImage placeholder() {
    int side = SIZES.get(1);
    BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(new Color(0x8a929a));
    graphics.fillRect(0, 0, side, side);
    graphics.setColor(Color.WHITE);
    graphics.setStroke(new BasicStroke(side / 16f));
    graphics.drawLine(side / 3, side / 3, 2 * side / 3, 2 * side / 3);
    graphics.drawLine(side / 3, 2 * side / 3, 2 * side / 3, side / 3);
    graphics.dispose();
    return RgbImage.of(image);
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(ahead);
  }
}
