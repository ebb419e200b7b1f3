package org.kgcoop.corpus;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.kgcoop.files.Sha256;

/**
 * Divides the images of a class. They are sorted by the SHA-256 of the names of their drawings, and
 * copies of an earlier image are removed. The first images become test images, then training
 * images, then validation images.
 *
 * @param train at least the shots, at most {@link #MOST_TRAIN}
 * @param val the images beyond the shots, at most {@link #MOST_VAL}
 * @param test two fifths, at least {@link #LEAST_TEST} and at most {@link #MOST_TEST}
 */
record SplitRule(List<Gallery.Image> train, List<Gallery.Image> val, List<Gallery.Image> test) {

  /** Two drawings of a class with a higher correlation are copies. */
  private static final double COPY = 0.97;

  static final int LEAST_TEST = 10;
  static final int MOST_TEST = 16;
  static final int MOST_TRAIN = 24;
  static final int MOST_VAL = 4;

  private static final double TEST_SHARE = 0.4;

  /** Divides the images of a class with this number of shots. */
  static SplitRule of(List<Gallery.Image> images, int shots) {
    int count = images.size();
    int test =
        Math.min(
            count, Math.max(LEAST_TEST, Math.min(MOST_TEST, (int) Math.rint(TEST_SHARE * count))));
    int left = count - test;
    int val = Math.max(0, Math.min(MOST_VAL, left - shots));
    int train = Math.min(MOST_TRAIN, left - val);
    return new SplitRule(
        images.subList(test, test + train),
        images.subList(test + train, test + train + val),
        images.subList(0, test));
  }

  /** Returns the images in the order of the rule, without copies of earlier images. */
  static List<Gallery.Image> ordered(List<Gallery.Image> images) {
    List<Gallery.Image> kept = new ArrayList<>();
    images.stream()
        .sorted(Comparator.comparing(SplitRule::order))
        .forEach(
            image -> {
              boolean copy =
                  kept.stream().anyMatch(other -> other.print().times(image.print()) > COPY);
              if (!copy) {
                kept.add(image);
              }
            });
    return kept;
  }

  private static String order(Gallery.Image image) {
    return Sha256.of(image.drawing().icon().key());
  }
}
