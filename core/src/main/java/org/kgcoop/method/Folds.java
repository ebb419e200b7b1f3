package org.kgcoop.method;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

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
  private final int[] groups;
  private final int[] fold;
  private final int count;

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
    this(labels, groups, Math.min(most, groupCounts(labels, groups).max().orElse(0)), true);
  }

  private Folds(List<Integer> labels, List<Integer> groups, int count, boolean staggered) {
    this.labels = labels.stream().mapToInt(Integer::intValue).toArray();
    this.groups = IntStream.range(0, labels.size()).map(i -> group(groups, i)).toArray();
    this.count = count;
    fold = new int[this.labels.length];
    Map<Integer, Integer> counts = new HashMap<>(); // number of groups per class
    Map<Integer, Integer> folds = new HashMap<>(); // fold of each group
    for (int i = 0; i < fold.length; i++) {
      int label = this.labels[i];
      fold[i] =
          folds.computeIfAbsent(
              this.groups[i],
              group -> {
                int number = counts.merge(label, 1, Integer::sum) - 1;
                return (number + (staggered ? label : 0)) % Math.max(1, count);
              });
    }
    while (dropUnsplittableClasses()) {}
  }

  /**
   * Creates folds for a linear probe. Their number is the smallest number of groups of a class that
   * has at least two, with a maximum of four, so that each fold contains every such class. All
   * classes start at the first fold.
   */
  static Folds ofProbe(List<Integer> labels, List<Integer> groups) {
    int fewest = groupCounts(labels, groups).filter(size -> size > 1).min().orElse(0);
    return new Folds(labels, groups, Math.min(MOST, fewest), false);
  }

  /** Returns the number of groups of each class. */
  private static IntStream groupCounts(List<Integer> labels, List<Integer> groups) {
    return distinct(labels.size(), labels::get, i -> group(groups, i)).values().stream()
        .mapToInt(Set::size);
  }

  private static int group(List<Integer> groups, int image) {
    return groups.isEmpty() ? image : groups.get(image);
  }

  /** Returns the distinct values of the images with each key. */
  private static Map<Integer, Set<Integer>> distinct(
      int images, IntFunction<Integer> key, IntFunction<Integer> value) {
    return IntStream.range(0, images)
        .boxed()
        .collect(
            Collectors.groupingBy(
                key::apply, Collectors.mapping(value::apply, Collectors.toSet())));
  }

  /**
   * Removes the groups of a class from all folds if one fold contains all images of the class.
   * Returns true if there was one. A group may have images of several classes, so the removal can
   * affect another class.
   */
  private boolean dropUnsplittableClasses() {
    Map<Integer, Set<Integer>> folds = distinct(fold.length, i -> labels[i], i -> fold[i]);
    Set<Integer> dropped =
        IntStream.range(0, fold.length)
            .filter(i -> fold[i] != NONE && folds.getOrDefault(labels[i], Set.of()).size() == 1)
            .mapToObj(i -> groups[i])
            .collect(Collectors.toSet());
    for (int i = 0; i < fold.length; i++) {
      fold[i] = dropped.contains(groups[i]) ? NONE : fold[i];
    }
    return !dropped.isEmpty();
  }

  /** Returns the number of folds, or 0 if no class has a second group. */
  public int count() {
    return count < 2 ? 0 : count;
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
    long held = IntStream.of(fold).filter(number -> number != NONE).count();
    return count() > 1 && 2 * held >= fold.length;
  }

  /** Returns the indices of the images to learn from while the given fold is held out. */
  int[] without(int held) {
    return IntStream.range(0, fold.length).filter(i -> fold[i] != held).toArray();
  }

  /** Returns the indices of the images in the given fold. */
  int[] of(int held) {
    return IntStream.range(0, fold.length).filter(i -> holds(held, i)).toArray();
  }
}
