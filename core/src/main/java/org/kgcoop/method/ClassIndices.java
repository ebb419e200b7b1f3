package org.kgcoop.method;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.kgcoop.tensor.Tensor;

/**
 * Positions of requested classes in the list of learned classes, for a head with a fixed list of
 * classes. Underscores count as spaces. Data sets have classes with equal names, such as the two
 * ImageNet classes "missile"; these are matched in order.
 *
 * @param wanted the names of the requested classes
 * @param places the position of each of them, or -1
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ClassIndices(List<String> wanted, int[] places) {
  private static final int NONE = -1;

  /**
   * Finds the positions of the requested classes.
   *
   * @param learned the names of the learned classes, by label
   * @param wanted the names of the requested classes
   */
  public static ClassIndices of(List<String> learned, List<String> wanted) {
    Map<String, Deque<Integer>> places = new HashMap<>();
    for (int i = 0; i < learned.size(); i++) {
      places.computeIfAbsent(plain(learned.get(i)), name -> new ArrayDeque<>()).add(i);
    }
    int[] found = new int[wanted.size()];
    for (int i = 0; i < found.length; i++) {
      Integer place = places.getOrDefault(plain(wanted.get(i)), new ArrayDeque<>()).poll();
      found[i] = place == null ? NONE : place;
    }
    return new ClassIndices(wanted, found);
  }

  private static String plain(String name) {
    return name.replace('_', ' ');
  }

  /** Returns the first requested class that was not learned. */
  public Optional<String> firstUnknown() {
    return IntStream.of(unknown()).mapToObj(wanted::get).findFirst();
  }

  /** Returns the indices of the requested classes that were not learned. */
  int[] unknown() {
    return IntStream.range(0, places.length).filter(i -> places[i] == NONE).toArray();
  }

  /**
   * Returns the positions of all requested classes. Classes that were not learned get positions
   * after the learned ones.
   */
  int[] places(int learned) {
    int[] all = new int[places.length];
    int next = learned;
    for (int i = 0; i < all.length; i++) {
      all[i] = places[i] == NONE ? next++ : places[i];
    }
    return all;
  }

  /** Returns the positions as an index tensor, int64, in the open scope. */
  Tensor index() {
    return Tensor.indices(places);
  }
}
