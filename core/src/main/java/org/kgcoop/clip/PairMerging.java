package org.kgcoop.clip;

import static java.util.Comparator.comparingDouble;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;

/**
 * A merge of neighboring parts of a text: always the pair with the lowest rank, and of several the
 * leftmost. It takes n log n time for n parts, because a text can have any length.
 */
final class PairMerging {
  /** The rank of a pair that is not merged. */
  static final double NEVER = Double.POSITIVE_INFINITY;

  /**
   * Two neighbors that can be merged.
   *
   * @param left the index of the left part
   * @param length the length of both; if it has changed, one of them was merged and the pair is
   *     obsolete
   */
  private record Pair(double rank, int left, int length) {}

  private final ToDoubleBiFunction<String, String> rank;
  private final String[] parts; // null after a merge into the part before
  private final int[] before; // the index of the part before each, or -1
  private final int[] behind;
  private final Queue<Pair> pairs =
      new PriorityQueue<>(comparingDouble(Pair::rank).thenComparingInt(Pair::left));

  private PairMerging(List<String> parts, ToDoubleBiFunction<String, String> rank) {
    this.rank = rank;
    this.parts = parts.toArray(String[]::new);
    before = IntStream.range(-1, parts.size() - 1).toArray();
    behind = IntStream.rangeClosed(1, parts.size()).toArray();
  }

  /**
   * Merges parts until no pair can be merged.
   *
   * @param rank the rank of two neighbors
   */
  static List<String> merged(List<String> parts, ToDoubleBiFunction<String, String> rank) {
    PairMerging merging = new PairMerging(parts, rank);
    IntStream.range(0, parts.size()).forEach(merging::add);
    merging.run();
    return Arrays.stream(merging.parts).filter(Objects::nonNull).toList();
  }

  /** Adds the pair of a part and the next one. */
  private void add(int left) {
    if (left < 0 || behind[left] == parts.length) {
      return;
    }
    String next = parts[behind[left]];
    double found = rank.applyAsDouble(parts[left], next);
    if (found < NEVER) {
      pairs.add(new Pair(found, left, parts[left].length() + next.length()));
    }
  }

  private void run() {
    for (Pair pair = pairs.poll(); pair != null; pair = pairs.poll()) {
      int left = pair.left;
      int right = behind[left];
      if (parts[left] == null
          || right == parts.length
          || parts[left].length() + parts[right].length() != pair.length) {
        continue;
      }
      parts[left] += parts[right];
      parts[right] = null;
      behind[left] = behind[right];
      if (behind[left] < parts.length) {
        before[behind[left]] = left;
      }
      add(before[left]);
      add(left);
    }
  }
}
