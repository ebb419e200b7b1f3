package org.kgcoop.data;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A set of images, each as the first eight bytes of its SHA-256, so that a classifier file can
 * contain it. Equal sets have equal texts.
 *
 * @param text these bytes, in ascending order, as base64
 */
public record ImageSet(String text) {
  /** The empty set. */
  public static final ImageSet NONE = new ImageSet("");

  private static final int DIGITS = 2 * Long.BYTES;

  /**
   * Creates a set from its text.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public ImageSet {
    if (Base64.getDecoder().decode(text).length % Long.BYTES != 0) {
      throw new IllegalArgumentException("expected 8 bytes per image");
    }
  }

  /** Creates the set of images with these hexadecimal SHA-256. */
  public static ImageSet of(List<String> hashes) {
    SortedSet<Long> starts = new TreeSet<>();
    hashes.forEach(hash -> starts.add(start(hash)));
    ByteBuffer bytes = ByteBuffer.allocate(starts.size() * Long.BYTES);
    starts.forEach(bytes::putLong);
    return new ImageSet(Base64.getEncoder().encodeToString(bytes.array()));
  }

  private static long start(String hash) {
    return Long.parseUnsignedLong(hash.substring(0, DIGITS), 16);
  }

  /** Returns the number of images. */
  public int size() {
    return Base64.getDecoder().decode(text).length / Long.BYTES;
  }

  /** Returns, for each hash, true if the set contains its image. */
  public List<Boolean> have(List<String> hashes) {
    Set<Long> starts = new HashSet<>();
    ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(text));
    while (bytes.hasRemaining()) {
      starts.add(bytes.getLong());
    }
    return hashes.stream().map(hash -> starts.contains(start(hash))).toList();
  }
}
