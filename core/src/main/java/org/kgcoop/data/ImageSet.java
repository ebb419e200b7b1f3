package org.kgcoop.data;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A set of images, each by the first eight bytes of its SHA-256: small enough to stand in the file
 * of a classifier. Equal sets have equal texts.
 *
 * @param text these bytes, in ascending order, as base64
 */
public record ImageSet(String text) {
  /** No image. */
  public static final ImageSet NONE = new ImageSet("");

  private static final int DIGITS = 2 * Long.BYTES;

  /**
   * A set from its text.
   *
   * @throws IllegalArgumentException where the text is of another form
   */
  public ImageSet {
    if (Base64.getDecoder().decode(text).length % Long.BYTES != 0) {
      throw new IllegalArgumentException("expected 8 bytes an image");
    }
  }

  /** The images of those hashes, hexadecimal texts of SHA-256. */
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

  /** For each of those hashes whether the set has its image. */
  public List<Boolean> have(List<String> hashes) {
    Set<Long> starts = new HashSet<>();
    ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(text));
    while (bytes.hasRemaining()) {
      starts.add(bytes.getLong());
    }
    return hashes.stream().map(hash -> starts.contains(start(hash))).toList();
  }
}
