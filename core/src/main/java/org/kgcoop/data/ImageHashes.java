package org.kgcoop.data;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.Digest;
import org.kgcoop.image.Images;

/**
 * The SHA-256 and EXIF orientation of image files, each computed once per {@link StampedImage}.
 * Thread-safe.
 *
 * <p>The values are in a file. It contains only values that can be computed again. If it cannot be
 * written, the values are not stored.
 */
public final class ImageHashes {
  private final ImageHashFile file;

  /** The bytes of an image file and their values. */
  // An array, because no code compares these records.
  @SuppressWarnings("ArrayRecordComponent")
  public record Content(byte[] bytes, ImageHash known) {}

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
  public void stored(@Nullable Digest[] stamps, ImageHash.Sink sink) {
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
    ImageHash known = ImageHash.of(bytes);
    file.put(stamp, known);
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
    return known(images).stream().map(ImageHash::sha256).toList();
  }

  /**
   * Returns the SHA-256 and orientation of images, in their order.
   *
   * @throws org.kgcoop.KgCoopException if one cannot be read
   */
  public List<ImageHash> known(List<Path> images) {
    List<Path> distinct = images.stream().distinct().toList();
    @Nullable Digest[] stamps = stamps(distinct);
    file.load(stamps);
    // Images can be read in any order, because each has a fixed position in the output.
    List<ImageHash> computed =
        IntStream.range(0, distinct.size())
            .parallel()
            .mapToObj(
                i -> {
                  ImageHash before = file.get(stamps[i]);
                  return before == null ? ImageHash.of(Images.bytes(distinct.get(i))) : before;
                })
            .toList();
    Map<Path, ImageHash> found = new HashMap<>();
    for (int i = 0; i < stamps.length; i++) {
      found.put(distinct.get(i), computed.get(i));
      file.put(stamps[i], computed.get(i));
    }
    flush();
    return images.stream().map(image -> Objects.requireNonNull(found.get(image))).toList();
  }

  /** Returns the stamps of images. */
  public static @Nullable Digest[] stamps(List<Path> images) {
    return images.parallelStream()
        .map(image -> StampedImage.of(image).stamp())
        .toArray(Digest[]::new);
  }
}
