package org.kgcoop.data;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/** A half of the classes: methods learn on the base classes and are asked about new ones. */
public enum ClassSplit {
  /** The first half of the sorted labels; of an odd number the larger half. */
  BASE,
  /** The rest. */
  NEW,
  /** Every class. */
  ALL;

  /** The labels that belong to this half, sorted, each once. */
  public List<Integer> of(Collection<Integer> labels) {
    List<Integer> sorted = List.copyOf(new TreeSet<>(labels));
    int middle = (sorted.size() + 1) / 2;
    return switch (this) {
      case BASE -> sorted.subList(0, middle);
      case NEW -> sorted.subList(middle, sorted.size());
      case ALL -> sorted;
    };
  }
}
