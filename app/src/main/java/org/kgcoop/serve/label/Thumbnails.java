package org.kgcoop.serve.label;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.kgcoop.KgCoopException;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.image.Images;
import org.kgcoop.image.Reduction;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.JpegFile;

/**
 * Small JPEG copies of images, rotated by their EXIF orientation.
 *
 * <p>The copies for the pages come from the decoding for the features ({@link #take}), and are also
 * in a folder of the session. Only images that were encoded in another session are decoded for
 * them. A thread does this for the images of the next pages while the person looks at the current
 * one. The large copy of an image is made when a person opens it.
 *
 * <p>An image that cannot be read becomes a placeholder.
 */
final class Thumbnails implements AutoCloseable {
  /** The sizes of the longer side in pixels. */
  static final List<Integer> SIZES = List.of(128, 256, 1024);

  private static final int PAGE = ViewEncoder.SHOWN;
  private static final int LARGE = 1024;
  private static final int DECODED_AT_A_TIME = 2;
  static final long MAX_BYTES = 64L << 20;

  private final Images images = new Images(warning -> {});
  private final ThumbnailFolder folder;
  private final long maxBytes;
  private final Semaphore decoding = new Semaphore(DECODED_AT_A_TIME, true);
  private final Map<Key, CompletableFuture<Sizes>> known = new LinkedHashMap<>(16, 0.75f, true);
  private final ThreadPoolExecutor ahead =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(1),
          Thumbnails::daemon,
          new ThreadPoolExecutor.DiscardOldestPolicy());
  private long bytes;

  /**
   * Copies that are made together.
   *
   * @param isLarge true for the large copy, false for the copies of the pages
   */
  private record Key(Path file, boolean isLarge) {}

  /** JPEG files by their size. */
  private record Sizes(Map<Integer, byte[]> files) {
    long bytes() {
      return files.values().stream().mapToLong(file -> file.length).sum();
    }
  }

  /**
   * Creates an empty cache.
   *
   * @param folder the copies on the disk
   * @param maxBytes the maximum size of all JPEG files in memory
   */
  Thumbnails(ThumbnailFolder folder, long maxBytes) {
    this.folder = folder;
    this.maxBytes = maxBytes;
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "kgcoop-thumbnails");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Returns the JPEG file of an image; empty if the image no longer exists.
   *
   * @param size one of {@link #SIZES}
   */
  Optional<byte[]> find(Path file, int size) {
    return Files.exists(file) ? Optional.of(get(file, size)) : Optional.empty();
  }

  /**
   * Returns the JPEG file of an image.
   *
   * @param size one of {@link #SIZES}
   */
  byte[] get(Path file, int size) {
    return Objects.requireNonNull(sizes(new Key(file, size > PAGE)).files().get(size));
  }

  /** Stores the copies for the pages of an image that was decoded for its feature. */
  void take(Path file, RgbImage image) {
    if (Math.max(image.width(), image.height()) >= PAGE) { // a smaller one is decoded quickly
      folder.put(file, JpegFile.of(JpegFile.shrunk(PAGE, image)));
    }
  }

  /**
   * Makes copies for the pages in the background. Images of an earlier call that were not begun are
   * left out.
   *
   * @param files returns the images; it is called in the background
   */
  void prepare(Supplier<List<Path>> files) {
    ahead.execute(() -> makeAll(files));
  }

  private void makeAll(Supplier<List<Path>> files) {
    try {
      for (Path file : files.get()) {
        if (ahead.isShutdown() || !ahead.getQueue().isEmpty()) {
          return;
        }
        Sizes unused = sizes(new Key(file, false));
      }
    } catch (RuntimeException e) {
      return; // only a request reports an error
    }
  }

  private Sizes sizes(Key key) {
    CompletableFuture<Sizes> mine = new CompletableFuture<>();
    CompletableFuture<Sizes> other;
    synchronized (this) {
      other = known.putIfAbsent(key, mine);
    }
    if (other != null) {
      return other.join();
    }
    try {
      Sizes made = make(key);
      synchronized (this) {
        mine.complete(made);
        bytes += made.bytes();
        Iterator<CompletableFuture<Sizes>> oldest = known.values().iterator();
        while (bytes > maxBytes && oldest.hasNext()) {
          CompletableFuture<Sizes> each = oldest.next();
          if (each != mine && each.isDone()) {
            bytes -= each.join().bytes();
            oldest.remove();
          }
        }
      }
      return made;
    } catch (RuntimeException | Error e) {
      synchronized (this) {
        known.remove(key);
      }
      mine.completeExceptionally(e);
      throw e;
    }
  }

  private Sizes make(Key key) {
    Optional<byte[]> stored = key.isLarge() ? Optional.empty() : folder.get(key.file());
    if (stored.isPresent()) {
      try {
        return pages(images.decode(stored.get(), "a thumbnail"), stored.get());
      } catch (KgCoopException e) {
        // damaged by the end of the computer's power: made again
      }
    }
    decoding.acquireUninterruptibly();
    try {
      return images.decodeUpright(
          Images.bytes(key.file()),
          key.file().toString(),
          Reduction.toLongerSide(key.isLarge() ? LARGE : PAGE),
          image -> made(key, image));
    } catch (KgCoopException | OutOfMemoryError | IllegalArgumentException e) {
      return copies(key, placeholder()); // the file changed after it was encoded
    } finally {
      decoding.release();
    }
  }

  private Sizes made(Key key, RgbImage image) {
    Sizes made = copies(key, image);
    if (!key.isLarge()) {
      folder.put(key.file(), Objects.requireNonNull(made.files().get(PAGE)));
    }
    return made;
  }

  private static Sizes copies(Key key, RgbImage image) {
    RgbImage smaller = JpegFile.shrunk(key.isLarge() ? LARGE : PAGE, image);
    byte[] file = JpegFile.of(smaller);
    return key.isLarge() ? new Sizes(Map.of(LARGE, file)) : pages(smaller, file);
  }

  /** Returns the copies for the pages. */
  private static Sizes pages(RgbImage page, byte[] file) {
    Map<Integer, byte[]> files = new TreeMap<>();
    for (int size : SIZES) {
      if (size < PAGE) {
        files.put(size, JpegFile.of(JpegFile.shrunk(size, page)));
      }
    }
    files.put(PAGE, file);
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
    ahead.getQueue().clear();
    ahead.shutdown();
  }
}
