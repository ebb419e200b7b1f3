package org.kgcoop.method;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.kgcoop.tensor.Tensor;

/**
 * Stratified folds of labeled images. Images of one group are in the same fold, as in
 * scikit-learn's {@code StratifiedGroupKFold}. If all images of a class would be in one fold, such
 * as the image of a class with a single image, they are in no fold. Every class is therefore
 * learned for each held-out fold.
 */
public final class Folds {
  static final int MOST = 4;
  private static final int NONE = -1;

  private final int[] labels;
  private final int[] fold;
  private final int count;
  private final int fewest;

  /**
   * Creates folds of labeled images.
   *
   * @param labels the label of each image
   * @param groups the group number of each image; empty if each image is a group of its own
   */
  Folds(List<Integer> labels, List<Integer> groups) {
    this(labels, groups, MOST);
  }

  /**
   * Creates folds of labeled images, with a limit on their number.
   *
   * @param labels the label of each image
   * @param groups the group number of each image; empty if each image is a group of its own
   * @param most the number of folds, unless every class has fewer groups
   */
  public Folds(List<Integer> labels, List<Integer> groups, int most) {
    // Each class starts at a different fold. Otherwise small classes would all fill the first fold.
    this(labels, groups, Math.min(most, largest(groupsByClass(labels, groups))), true);
  }

  private Folds(List<Integer> labels, List<Integer> groups, int count, boolean staggered) {
    this.labels = labels.stream().mapToInt(Integer::intValue).toArray();
    this.count = count;
    fewest = groupsByClass(labels, groups).values().stream().mapToInt(Set::size).min().orElse(0);
    fold = new int[this.labels.length];
    Map<Integer, Integer> counts = new HashMap<>(); // number of groups per class
    Map<Integer, Integer> folds = new HashMap<>(); // fold of each group
    for (int i = 0; i < fold.length; i++) {
      Integer known = folds.get(group(groups, i));
      if (known == null) {
        int number = counts.merge(this.labels[i], 1, Integer::sum) - 1;
        known = (number + (staggered ? this.labels[i] : 0)) % Math.max(1, count);
        folds.put(group(groups, i), known);
      }
      fold[i] = known;
    }
    while (dropUnsplittableClasses(groups)) {}
  }

  /**
   * Creates folds for a linear probe. Their number is the smallest number of groups of a class that
   * has at least two, with a maximum of four, so that each fold contains every such class. All
   * classes start at the first fold.
   */
  static Folds ofProbe(List<Integer> labels, List<Integer> groups) {
    int fewest =
        groupsByClass(labels, groups).values().stream()
            .mapToInt(Set::size)
            .filter(size -> size > 1)
            .min()
            .orElse(0);
    return new Folds(labels, groups, Math.min(MOST, fewest), false);
  }

  /** Returns the groups of each class. */
  static Map<Integer, Set<Integer>> groupsByClass(List<Integer> labels, List<Integer> groups) {
    Map<Integer, Set<Integer>> byClass = new HashMap<>();
    for (int i = 0; i < labels.size(); i++) {
      byClass.computeIfAbsent(labels.get(i), label -> new HashSet<>()).add(group(groups, i));
    }
    return byClass;
  }

  private static int group(List<Integer> groups, int image) {
    return groups.isEmpty() ? image : groups.get(image);
  }

  private static int largest(Map<Integer, Set<Integer>> groups) {
    return groups.values().stream().mapToInt(Set::size).max().orElse(0);
  }

  /**
   * Removes the groups of a class from all folds if one fold contains all images of the class.
   * Returns true if there was one. A group may have images of several classes, so the removal can
   * affect another class.
   */
  private boolean dropUnsplittableClasses(List<Integer> groups) {
    Map<Integer, Set<Integer>> folds = new HashMap<>();
    for (int i = 0; i < fold.length; i++) {
      folds.computeIfAbsent(labels[i], label -> new HashSet<>()).add(fold[i]);
    }
    Set<Integer> dropped = new HashSet<>();
    for (int i = 0; i < fold.length; i++) {
      Set<Integer> classFolds = folds.getOrDefault(labels[i], Set.of());
      if (classFolds.size() == 1 && fold[i] != NONE) {
        dropped.add(group(groups, i));
      }
    }
    for (int i = 0; i < fold.length; i++) {
      if (dropped.contains(group(groups, i))) {
        fold[i] = NONE;
      }
    }
    return !dropped.isEmpty();
  }

  /** Returns the number of folds, or 0 if no class has a second group. */
  public int count() {
    return count < 2 ? 0 : count;
  }

  /** Returns true if the image is in a fold. */
  boolean holds(int image) {
    return fold[image] != NONE;
  }

  /** Returns true if the image is in the given fold. */
  public boolean holds(int number, int image) {
    return fold[image] == number;
  }

  /**
   * Returns true if the folds contain at least half of the images, so that a selection with them is
   * not random.
   */
  boolean holdMost() {
    long held = IntStream.range(0, fold.length).filter(this::holds).count();
    return count() > 1 && 2 * held >= fold.length;
  }

  /** Returns the number of groups of the class that has the fewest. */
  int fewest() {
    return fewest;
  }

  /** Returns the images that a method learns from while the given folds are held out. */
  Subset without(int... held) {
    return part(i -> IntStream.of(held).noneMatch(number -> fold[i] == number));
  }

  Subset of(int held) {
    return part(i -> fold[i] == held);
  }

  private Subset part(IntPredicate which) {
    int[] places = IntStream.range(0, fold.length).filter(which).toArray();
    return new Subset(places, IntStream.of(places).map(i -> labels[i]).toArray());
  }

  /**
   * Subset of the images.
   *
   * @param places the indices of these images among all images
   * @param labels the labels of these images
   */
  // Callers need arrays, and no code compares these records.
  @SuppressWarnings("ArrayRecordComponent")
  record Subset(int[] places, int[] labels) {

    /** Selects the rows of these images, in the open scope. */
    Tensor rows(Tensor all) {
      long[] rows = IntStream.of(places).asLongStream().toArray();
      return all.indexSelect(0, Tensor.of(rows, rows.length).to(all.device()));
    }
  }
}
