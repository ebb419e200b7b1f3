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
 * Labeled images in folds, each with its share of every class, as scikit-learn's {@code
 * StratifiedGroupKFold} makes them: images of one group are in one fold. A class whose images would
 * all be in one fold, such as one with a single image, is in none, so that every class is learned
 * whichever fold is held out.
 */
public final class Folds {
  static final int MOST = 4;
  private static final int NONE = -1;

  private final int[] labels;
  private final int[] fold;
  private final int count;
  private final int fewest;

  /**
   * The folds of images with those labels.
   *
   * @param groups of each image, by number; empty if each image is a group of its own
   */
  Folds(List<Integer> labels, List<Integer> groups) {
    this(labels, groups, MOST);
  }

  /**
   * The same.
   *
   * @param most how many they are, unless no class has as many groups
   */
  public Folds(List<Integer> labels, List<Integer> groups, int most) {
    // Each class begins at another fold, so that small classes do not all fill the first.
    this(labels, groups, Math.min(most, largest(groupsByClass(labels, groups))), true);
  }

  private Folds(List<Integer> labels, List<Integer> groups, int count, boolean staggered) {
    this.labels = labels.stream().mapToInt(Integer::intValue).toArray();
    this.count = count;
    fewest = groupsByClass(labels, groups).values().stream().mapToInt(Set::size).min().orElse(0);
    fold = new int[this.labels.length];
    Map<Integer, Integer> seen = new HashMap<>(); // groups of each class
    Map<Integer, Integer> folds = new HashMap<>(); // of each group
    for (int i = 0; i < fold.length; i++) {
      Integer known = folds.get(group(groups, i));
      if (known == null) {
        int number = seen.merge(this.labels[i], 1, Integer::sum) - 1;
        known = (number + (staggered ? this.labels[i] : 0)) % Math.max(1, count);
        folds.put(group(groups, i), known);
      }
      fold[i] = known;
    }
    while (keepsUnlearnedClass(groups)) {}
  }

  /**
   * Folds for a linear probe: as many as the smallest class with a second group allows, at most
   * four, so that each fold has its share of every class. All classes begin at the first.
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

  /** The groups of each class. */
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
   * Takes the groups of a class out of all folds if one fold holds all of its images; true if there
   * was one. A group may have images of several classes, so that another class may follow.
   */
  private boolean keepsUnlearnedClass(List<Integer> groups) {
    Map<Integer, Set<Integer>> folds = new HashMap<>();
    for (int i = 0; i < fold.length; i++) {
      folds.computeIfAbsent(labels[i], label -> new HashSet<>()).add(fold[i]);
    }
    Set<Integer> kept = new HashSet<>();
    for (int i = 0; i < fold.length; i++) {
      Set<Integer> ofClass = folds.getOrDefault(labels[i], Set.of());
      if (ofClass.size() == 1 && fold[i] != NONE) {
        kept.add(group(groups, i));
      }
    }
    for (int i = 0; i < fold.length; i++) {
      if (kept.contains(group(groups, i))) {
        fold[i] = NONE;
      }
    }
    return !kept.isEmpty();
  }

  /** The number of folds; 0 where no class has a second image. */
  public int count() {
    return count < 2 ? 0 : count;
  }

  /** True for an image that some fold holds. */
  boolean holds(int image) {
    return fold[image] != NONE;
  }

  /** True for an image of that fold. */
  public boolean holds(int number, int image) {
    return fold[image] == number;
  }

  /** True if the folds hold at least half of the images, so that a choice by them is no chance. */
  boolean holdMost() {
    long held = IntStream.range(0, fold.length).filter(this::holds).count();
    return count() > 1 && 2 * held >= fold.length;
  }

  /** Groups of images of the class that has fewest. */
  int fewest() {
    return fewest;
  }

  /** The images that a method learns from while these folds are held out. */
  Part without(int... held) {
    return part(i -> IntStream.of(held).noneMatch(number -> fold[i] == number));
  }

  Part of(int held) {
    return part(i -> fold[i] == held);
  }

  private Part part(IntPredicate which) {
    int[] places = IntStream.range(0, fold.length).filter(which).toArray();
    return new Part(places, IntStream.of(places).map(i -> labels[i]).toArray());
  }

  /**
   * Some of the images.
   *
   * @param places among all
   * @param labels of them
   */
  // Arrays, since they are taken as such and never compared.
  @SuppressWarnings("ArrayRecordComponent")
  record Part(int[] places, int[] labels) {

    /** The rows of these images, in the open scope. */
    Tensor rows(Tensor all) {
      long[] rows = IntStream.of(places).asLongStream().toArray();
      return all.indexSelect(0, Tensor.of(rows, rows.length).to(all.device()));
    }
  }
}
