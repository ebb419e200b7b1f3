package org.kgcoop.label;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.kgcoop.random.PythonRandom;

/**
 * The random images of the audit. Those of the first images of a session are as many as the user
 * chose, at most a quarter. Images that join later get audit images at the same rate, or 50 if
 * these would be more.
 */
final class AuditDraw {
  private static final int MOST = 50;
  static final int MIN_IMAGES = 40;

  private AuditDraw() {}

  /** Returns the number of audit images of a new folder. */
  static int first(int images, int wanted) {
    return images < MIN_IMAGES ? 0 : Math.min(wanted, images / 4);
  }

  /** Returns the most audit images of a part. A larger part has a lower rate. */
  static int most(List<AuditImages.Part> parts) {
    return Math.max(MOST, parts.stream().mapToInt(AuditImages.Part::drawn).findFirst().orElse(0));
  }

  /**
   * Returns the audit images of images that joined.
   *
   * @param joined the paths, sorted
   * @param parts the parts before, at least one
   * @param wanted the number of audit images that the user wants if there is no audit yet
   */
  static List<String> later(
      List<String> joined, List<AuditImages.Part> parts, int wanted, long seed) {
    Optional<AuditImages.Part> first = parts.stream().filter(part -> part.drawn() > 0).findFirst();
    OptionalDouble rate =
        Stream.concat(first.stream(), parts.stream().filter(part -> part.drawn() >= most(parts)))
            .mapToDouble(part -> (double) part.drawn() / part.images())
            .min();
    long count =
        rate.isEmpty()
            ? first(joined.size(), wanted)
            : Math.min(most(parts), count(rate.getAsDouble(), joined.size(), seed, parts.size()));
    return sample(joined, Math.toIntExact(count), seed + parts.size());
  }

  /** Returns random ones of some images, in random order. */
  static List<String> sample(List<String> images, int count, long seed) {
    return new PythonRandom(seed).sample(images, count);
  }

  /**
   * Returns the audit images of a part at a rate. The product is rounded up with the probability of
   * its fraction.
   */
  static long count(double rate, int images, long seed, int part) {
    double chance = part == 0 ? 1e-9 : new PythonRandom(seed + 31L * part).next();
    return (long) Math.floor(rate * images + chance);
  }
}
