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
 * The places of class names among others, for a head that knows only the classes that it learned.
 * Underscores count as blanks. Data sets have classes of equal names, such as ImageNet's two of
 * "missile": these are taken in their order.
 */
public final class ClassPlaces {
  private static final int NONE = -1;

  private final List<String> asked;
  private final int[] places;

  private ClassPlaces(List<String> asked, int[] places) {
    this.asked = asked;
    this.places = places;
  }

  /**
   * The places of the asked classes.
   *
   * @param learned names by label
   */
  public static ClassPlaces of(List<String> learned, List<String> asked) {
    if (learned.equals(asked)) {
      return new ClassPlaces(asked, IntStream.range(0, asked.size()).toArray());
    }
    Map<String, Deque<Integer>> places = new HashMap<>();
    for (int i = 0; i < learned.size(); i++) {
      places.computeIfAbsent(plain(learned.get(i)), name -> new ArrayDeque<>()).add(i);
    }
    int[] found = new int[asked.size()];
    for (int i = 0; i < found.length; i++) {
      Integer place = places.getOrDefault(plain(asked.get(i)), new ArrayDeque<>()).poll();
      found[i] = place == null ? NONE : place;
    }
    return new ClassPlaces(asked, found);
  }

  private static String plain(String name) {
    return name.replace('_', ' ');
  }

  /** The place of each asked class; empty for one that was not learned. */
  Optional<Integer> of(int asked) {
    return places[asked] == NONE ? Optional.empty() : Optional.of(places[asked]);
  }

  /** The first of the asked classes that was not learned. */
  public Optional<String> firstUnknown() {
    return IntStream.range(0, places.length)
        .filter(i -> places[i] == NONE)
        .mapToObj(asked::get)
        .findFirst();
  }

  /** The asked classes that were not learned, by number. */
  List<Integer> unknown() {
    return IntStream.range(0, places.length).filter(i -> places[i] == NONE).boxed().toList();
  }

  /** The places where those that were not learned follow the learned ones. */
  long[] places(int learned) {
    long[] all = new long[places.length];
    int next = learned;
    for (int i = 0; i < all.length; i++) {
      all[i] = places[i] == NONE ? next++ : places[i];
    }
    return all;
  }

  /** The places as an index, int64, in the open scope. */
  Tensor index() {
    return Tensor.of(IntStream.of(places).asLongStream().toArray(), places.length);
  }
}
