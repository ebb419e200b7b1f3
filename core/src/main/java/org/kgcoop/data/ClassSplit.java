package org.kgcoop.data;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * A part of the classes: methods train on the base classes and are tested on the new classes too.
 */
public enum ClassSplit {
  /** The first half of the sorted labels; the larger half if their number is odd. */
  BASE,
  /** The other half. */
  NEW,
  /** Every class. */
  ALL;

  /** Returns the labels in this part, sorted and distinct. */
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
