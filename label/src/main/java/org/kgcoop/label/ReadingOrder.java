package org.kgcoop.label;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.kgcoop.files.Sha256;

/**
 * The random order in which the images of a folder are read and join the choice. The place of an
 * image depends only on the seed and its path: images that are added or removed later do not move
 * the others. The order is independent of the audit, which a generator draws.
 */
final class ReadingOrder {
  private static final int KEY_DIGITS = 16;

  private final int[] order; // images
  private final String[] keys; // by position, ascending

  /**
   * Creates the order.
   *
   * @param images relative paths
   */
  ReadingOrder(List<String> images, long seed) {
    String[] byImage =
        images.parallelStream()
            .map(path -> Sha256.of(seed + "\n" + path).substring(0, KEY_DIGITS))
            .toArray(String[]::new);
    order =
        IntStream.range(0, images.size())
            .boxed()
            .sorted(Comparator.comparing(image -> byImage[image]))
            .mapToInt(Integer::intValue)
            .toArray();
    keys = Arrays.stream(order).mapToObj(image -> byImage[image]).toArray(String[]::new);
  }

  int size() {
    return order.length;
  }

  int image(int at) {
    return order[at];
  }

  /** Returns the key of the last of the first images, to be stored. */
  String until(int length) {
    return length == 0 ? "" : keys[length - 1];
  }

  /** Returns the number of images up to a key. */
  int length(String until) {
    int at = Arrays.binarySearch(keys, until);
    return at >= 0 ? at + 1 : -at - 1; // the key of an image that left lies between two others
  }
}
