package org.kgcoop.data;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.Digest;
import org.kgcoop.files.Sha256;
import org.kgcoop.image.Images;
import org.kgcoop.image.Orientation;

/**
 * The SHA-256 and EXIF orientation of image files, each computed once per {@link StampedImage}.
 * Thread-safe.
 *
 * <p>The values are in a file. It contains only values that can be computed again. If it cannot be
 * written, the values are not stored.
 */
public final class ImageHashes {
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
    file.load(stamps(images));
  }

  /** Passes on the stored values of images, without reading the other images. */
  public void stored(@Nullable Digest[] stamps, ImageHashSink sink) {
    file.load(stamps);
    file.each(stamps, sink);
  }

  /**
   * Reads an image file and computes its values. Call {@link #flush} after the last image.
   *
   * @throws org.kgcoop.KgCoopException if it cannot be read
   */
  public Content read(Path image) {
    Digest stamp = StampedImage.of(image).stamp();
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

  /** Returns the stamps of images. */
  public static @Nullable Digest[] stamps(List<Path> images) {
    @Nullable Digest[] stamps = new Digest[images.size()];
    IntStream.range(0, stamps.length)
        .parallel()
        .forEach(i -> stamps[i] = StampedImage.of(images.get(i)).stamp());
    return stamps;
  }
}
