package org.kgcoop.features;

import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kgcoop.files.Digest;

/**
 * Keys of features: the SHA-256 of the image's bytes, a space, and the view. Tables contain the
 * start of the SHA-256, combined with the hash of the view, so that the text of a key is not needed
 * to find a stored feature.
 */
final class FeatureKey {
  /** The test transform. */
  static final String TEST = "test";

  private static final int SHA_LENGTH = 64;
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{64} .*", Pattern.DOTALL);

  /** The digests of the usual views. */
  private static final Map<String, Digest> VIEWS =
      Stream.of(1, 2, 4, 8)
          .flatMap(divisor -> Stream.of(false, true).map(turned -> decoded(TEST, turned, divisor)))
          .collect(Collectors.toUnmodifiableMap(view -> view, Digest::of));

  private FeatureKey() {}

  /**
   * Returns a view of an image.
   *
   * @param turned true if it is EXIF-rotated, and rotated
   * @param divisor how much smaller it is decoded
   */
  static String decoded(String view, boolean turned, int divisor) {
    return view + (turned ? " upright" : "") + (divisor == 1 ? "" : " 1/" + divisor);
  }

  /**
   * Returns a key.
   *
   * @param sha256 the hexadecimal SHA-256 of the image's bytes
   */
  static String of(String sha256, String view) {
    return sha256 + " " + view;
  }

  /**
   * Returns the digest of a key.
   *
   * @param image the start of the SHA-256 of the image's bytes
   */
  static Digest digest(Digest image, String view) {
    Digest known = VIEWS.get(view);
    return image.xor(known == null ? Digest.of(view) : known);
  }

  /** Returns the digest of a key. */
  static Digest digest(String key) {
    return FORM.matcher(key).matches()
        ? digest(Digest.ofHex(key), key.substring(SHA_LENGTH + 1))
        : Digest.of(key); // of another program
  }
}
