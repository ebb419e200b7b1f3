package org.kgcoop.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.Digest;
import org.kgcoop.files.Sha256;
import org.kgcoop.image.Images;

/**
 * The SHA-256 and EXIF orientation of image files, each computed once per {@link StampedImage}.
 * Thread-safe.
 *
 * <p>The values are in a file. It contains only values that can be computed again. If it cannot be
 * written, the values are not stored.
 */
public final class ImageHashes {
  private static final int PART = 1 << 16;

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
   * Returns the identity of a data set in any folder: the hexadecimal SHA-256 of (part, label, class
   * name, SHA-256 of the image's bytes) of every image in order.
   *
   * @throws org.kgcoop.KgCoopException if an image cannot be read
   */
  public String fingerprint(DataSet data) {
    MessageDigest digest = Sha256.digest();
    add(digest, "train", data.train());
    add(digest, "val", data.val());
    add(digest, "test", data.test());
    return HexFormat.of().formatHex(digest.digest());
  }

  private void add(MessageDigest digest, String part, List<Item> items) {
    List<String> images = of(items.stream().map(Item::file).toList());
    for (int i = 0; i < items.size(); i++) {
      Item item = items.get(i);
      String line =
          String.join("\t", part, "" + item.label(), item.className(), images.get(i)) + "\n";
      digest.update(line.getBytes(StandardCharsets.UTF_8));
    }
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
    ImageHash[] computed = new ImageHash[stamps.length];
    Map<Long, List<Integer>> missing = new HashMap<>(); // by size
    for (int i = 0; i < stamps.length; i++) {
      ImageHash before = file.get(stamps[i]);
      if (before == null) {
        missing.computeIfAbsent(size(distinct.get(i)), size -> new ArrayList<>()).add(i);
      } else {
        computed[i] = before;
      }
    }
    // Images can be read in any order, because each has a fixed position in the output.
    missing.values().parallelStream().forEach(same -> compute(distinct, same, computed));
    Map<Path, ImageHash> found = new HashMap<>();
    for (int i = 0; i < stamps.length; i++) {
      found.put(distinct.get(i), computed[i]);
      file.put(stamps[i], computed[i]);
    }
    flush();
    return images.stream().map(image -> Objects.requireNonNull(found.get(image))).toList();
  }

  /** Computes the values of images of the same size. A copy of the first one needs no SHA-256. */
  private static void compute(List<Path> images, List<Integer> same, ImageHash[] computed) {
    byte[] first = Images.bytes(images.get(same.get(0)));
    ImageHash hash = ImageHash.of(first);
    computed[same.get(0)] = hash;
    same.subList(1, same.size()).parallelStream()
        .forEach(
            i -> {
              Path image = images.get(i);
              computed[i] = contains(image, first) ? hash : ImageHash.of(Images.bytes(image));
            });
  }

  /** Returns true if a file has these bytes. */
  private static boolean contains(Path image, byte[] bytes) {
    byte[] part = new byte[PART];
    try (InputStream stream = Files.newInputStream(image)) {
      int at = 0;
      for (int n = stream.read(part); n >= 0; at += n, n = stream.read(part)) {
        if (n > bytes.length - at || !Arrays.equals(part, 0, n, bytes, at, at + n)) {
          return false;
        }
      }
      return at == bytes.length;
    } catch (IOException e) {
      return false; // reading all of it reports the reason
    }
  }

  private static long size(Path image) {
    try {
      return Files.size(image);
    } catch (IOException e) {
      return -1; // reading it reports the reason
    }
  }

  /** Returns the stamps of images. */
  public static @Nullable Digest[] stamps(List<Path> images) {
    return images.parallelStream()
        .map(image -> StampedImage.of(image).stamp())
        .toArray(Digest[]::new);
  }
}
