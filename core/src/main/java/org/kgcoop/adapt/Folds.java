package org.kgcoop.adapt;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;

/**
 * Training images in parts, each with its share of every class, of which one after the other is
 * held out. The only image of a class is never held out: nothing would be left to learn it from.
 */
final class Folds {
  private static final int NEVER = -1;

  private Folds() {}

  /**
   * A part and what is learned for it.
   *
   * @param fitted training images of all other parts
   * @param heldOut those of this part, as test images
   */
  record Fold(DataSet fitted, DataSet heldOut) {}

  /**
   * The folds of the training images; none where no class has a second image.
   *
   * @param most how many they are, unless no class has as many images
   */
  static List<Fold> of(DataSet data, int most) {
    int[] fold = numbers(data, most);
    int count = 0;
    for (int number : fold) {
      count = Math.max(count, number + 1);
    }
    List<Fold> folds = new ArrayList<>();
    for (int held = 0; held < count; held++) {
      List<Item> fitted = new ArrayList<>();
      List<Item> heldOut = new ArrayList<>();
      for (int i = 0; i < fold.length; i++) {
        (fold[i] == held ? heldOut : fitted).add(data.train().get(i));
      }
      folds.add(
          new Fold(
              data.withPictures(fitted, List.of(), List.of()),
              data.withPictures(List.of(), List.of(), heldOut)));
    }
    return folds;
  }

  /** The part of each training image. */
  private static int[] numbers(DataSet data, int folds) {
    Map<Integer, Integer> sizes = new HashMap<>();
    data.train().forEach(item -> sizes.merge(item.label(), 1, Integer::sum));
    int most = sizes.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    int count = Math.min(folds, most);
    Map<Integer, Integer> seen = new HashMap<>();
    int[] fold = new int[data.train().size()];
    for (int i = 0; i < fold.length; i++) {
      int label = data.train().get(i).label();
      int place = seen.merge(label, 1, Integer::sum) - 1;
      // Each class begins at another part, so that small classes do not all fill the first.
      fold[i] = sizes.getOrDefault(label, 0) < 2 ? NEVER : (place + label) % count;
    }
    return fold;
  }
}
