package org.kgcoop.data;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.Digest;
import org.kgcoop.files.Sha256;
import org.kgcoop.image.Images;
import org.kgcoop.image.Orientation;

/**
 * The SHA-256 and EXIF orientation of image files, each computed once. A file with the same path,
 * size, modification time and identity as before is assumed to have the same bytes. A file that
 * changed in the last seconds is not stored, because it may change again within one tick of the
 * clock. Thread-safe.
 *
 * <p>The values are in a file. It contains only values that can be computed again. If it cannot be
 * written, the values are not stored.
 */
public final class ImageHashes {
  /**
   * The age below which a file is not stored. The coarsest clock of a common file system, FAT's,
   * ticks every two seconds.
   */
  private static final long YOUNG_MILLISECONDS = 3000;

  private final ImageHashFile file;

  /**
   * The known values of an image file.
   *
   * @param sha256 the hexadecimal SHA-256 of its bytes
   * @param orientation 1 to 8, as in {@link Orientation}
   */
  public record Known(String sha256, int orientation) {
    private static Known of(byte[] file) {
      return new Known(Sha256.of(file), Orientation.of(file));
    }
  }

  /** The bytes of an image file and their values. */
  // An array, because no code compares these records.
  @SuppressWarnings("ArrayRecordComponent")
  public record Content(byte[] bytes, Known known) {}

  /** A receiver of stored values. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Receives the values of an image, on any thread.
     *
     * @param position the position of the image in the request
     */
    void take(int position, Known known);
  }

  private ImageHashes(@Nullable Path folder) {
    this.file = new ImageHashFile(folder);
  }

  /** Creates hashes that are stored in a folder, which may not exist yet. */
  public static ImageHashes inFolder(Path folder) {
    return new ImageHashes(folder);
  }

  /** Creates hashes that are kept only in memory. */
  public static ImageHashes inMemory() {
    return new ImageHashes(null);
  }

  /**
   * Loads the known values of images. Call this once before requests for many groups of images, so
   * that the file is read only once.
   */
  public void recall(List<Path> images) {
    stored(images, (position, known) -> {});
  }

  /** Passes on the stored values of images, without reading the other images. */
  public void stored(List<Path> images, Sink sink) {
    @Nullable Digest[] stamps = stamps(images);
    file.load(stamps);
    IntStream.range(0, stamps.length)
        .parallel()
        .forEach(
            i -> {
              Known known = stamps[i] == null ? null : known(file.get(stamps[i]));
              if (known != null) {
                sink.take(i, known);
              }
            });
  }

  /**
   * Reads an image file and computes its values. Call {@link #flush} after the last image.
   *
   * @throws org.kgcoop.KgCoopException if it cannot be read
   */
  public Content read(Path image) {
    Digest stamp = fileStamp(image);
    byte[] bytes = Images.bytes(image);
    Known known = Known.of(bytes);
    if (stamp != null) {
      put(stamp, known);
    }
    return new Content(bytes, known);
  }

  /** Stores the values that were computed since the last call. */
  public void flush() {
    file.flush();
  }

  /**
   * Returns the hexadecimal SHA-256 of images, in their order.
   *
   * @throws org.kgcoop.KgCoopException if one cannot be read
   */
  public List<String> of(List<Path> images) {
    return known(images).stream().map(Known::sha256).toList();
  }

  /**
   * Returns the SHA-256 and orientation of images, in their order.
   *
   * @throws org.kgcoop.KgCoopException if one cannot be read
   */
  public List<Known> known(List<Path> images) {
    List<Path> distinct = images.stream().distinct().toList();
    @Nullable Digest[] stamps = stamps(distinct);
    file.load(stamps);
    // Images can be read in any order, because each has a fixed position in the output.
    List<Known> computed =
        IntStream.range(0, distinct.size())
            .parallel()
            .mapToObj(
                i -> {
                  Known before = stamps[i] == null ? null : known(file.get(stamps[i]));
                  return before == null ? Known.of(Images.bytes(distinct.get(i))) : before;
                })
            .toList();
    Map<Path, Known> found = new HashMap<>();
    for (int i = 0; i < distinct.size(); i++) {
      found.put(distinct.get(i), computed.get(i));
      Digest stamp = stamps[i];
      if (stamp != null) {
        put(stamp, computed.get(i));
      }
    }
    flush();
    return images.stream().map(image -> Objects.requireNonNull(found.get(image))).toList();
  }

  private void put(Digest stamp, Known known) {
    file.put(stamp, ImageHashFile.Values.of(known.sha256(), known.orientation()));
  }

  private static @Nullable Known known(ImageHashFile.@Nullable Values values) {
    return values == null ? null : new Known(values.sha256(), values.orientation());
  }

  private static @Nullable Digest[] stamps(List<Path> images) {
    @Nullable Digest[] stamps = new Digest[images.size()];
    IntStream.range(0, stamps.length).parallel().forEach(i -> stamps[i] = fileStamp(images.get(i)));
    return stamps;
  }

  /** Returns the stamp of a file, or null if its values must not be stored. */
  private static @Nullable Digest fileStamp(Path image) {
    try {
      BasicFileAttributes now = Files.readAttributes(image, BasicFileAttributes.class);
      boolean plain = image.getFileSystem().equals(FileSystems.getDefault());
      if (plain
          && now.lastModifiedTime().toMillis() > System.currentTimeMillis() - YOUNG_MILLISECONDS) {
        return null;
      }
      return Digest.of(
          String.join(
              "\n",
              image.toAbsolutePath().toString(),
              String.valueOf(now.size()),
              String.valueOf(now.lastModifiedTime().to(TimeUnit.NANOSECONDS)),
              // For an image in a zip file, the checksum in the zip directory.
              String.valueOf(plain ? now.fileKey() : Files.getAttribute(image, "zip:crc"))));
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return null; // reading it will report the reason
    }
  }
}
