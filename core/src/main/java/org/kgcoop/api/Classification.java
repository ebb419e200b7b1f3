package org.kgcoop.api;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The classes of an image and their probabilities. */
public final class Classification {
  /** The number of classes that programs show per image by default: only the most probable one. */
  public static final int DEFAULT_TOP = 1;

  /** The largest number of classes that are selected instead of sorted. */
  private static final int FEW = 64;

  private final List<String> classNames;
  private final float[] probabilities;
  private final double threshold;
  private final boolean accepted;

  /**
   * A class and its probability.
   *
   * @param index the position of the class in the classifier's list, from 0; it distinguishes
   *     classes of the same name
   * @param className the name of the class
   * @param probability 0 to 1; the probabilities of all classes sum to 1
   */
  public record Candidate(int index, String className, float probability) {

    /** Returns the name and the probability, such as {@code cat 0.9312}. */
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%s %.4f", className, probability);
    }
  }

  /**
   * Creates a classification that keeps the array without a copy.
   *
   * @param threshold the lowest probability of the best class that is accepted
   */
  Classification(List<String> classNames, float[] probabilities, double threshold) {
    this.classNames = classNames;
    this.probabilities = probabilities;
    this.threshold = threshold;
    accepted = best().probability() >= (float) threshold; // both rounded to the same type
  }

  /**
   * False if the probability of the best class is below the {@link Classifier#threshold}. This is
   * only a comparison: many images of other classes reach the threshold, and some images of these
   * classes do not. True if the classifier has no threshold.
   */
  public boolean isAccepted() {
    return accepted;
  }

  /**
   * Returns the most probable group of each level, and whether it reaches the {@link
   * Classifier#threshold}. If no class does, the answer is the first group that does.
   *
   * @param groups the groups of the classes of the classifier
   * @throws IllegalArgumentException if the groups are those of other classes
   */
  public List<ClassGroups.Group> groups(ClassGroups groups) {
    if (!groups.areOf(classNames)) {
      throw new IllegalArgumentException("groups: expected those of the classes " + classNames);
    }
    return groups.best(probabilities, ClassGroups.calibrated(threshold));
  }

  /** Returns the most probable class. */
  public Candidate best() {
    return candidate(lowest(1)[0]);
  }

  /**
   * Returns the most probable classes, best first.
   *
   * @param count the maximum number of classes, 1 or more
   */
  public List<Candidate> top(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("count: expected at least 1, got " + count);
    }
    long[] ranks = count <= FEW ? lowest(count) : allRanks();
    return Arrays.stream(ranks).limit(count).mapToObj(this::candidate).toList();
  }

  /** Returns all classes, the most probable first. */
  public List<Candidate> ranking() {
    return top(probabilities.length);
  }

  /** Returns the probability of each class, in the order of the classifier's class names. */
  public float[] probabilities() {
    return probabilities.clone();
  }

  /** Returns the ranks of all classes, the lowest first. */
  private long[] allRanks() {
    return IntStream.range(0, probabilities.length).mapToLong(this::rank).sorted().toArray();
  }

  /** Returns the lowest ranks in order, by insertion, which sorts only a few classes. */
  private long[] lowest(int count) {
    long[] lowest = new long[Math.min(count, probabilities.length)];
    int filled = 0;
    for (int c = 0; c < probabilities.length; c++) {
      long rank = rank(c);
      if (filled < lowest.length || rank < lowest[filled - 1]) {
        filled = Math.min(filled + 1, lowest.length);
        int at = filled - 1;
        for (; at > 0 && lowest[at - 1] > rank; at--) {
          lowest[at] = lowest[at - 1];
        }
        lowest[at] = rank;
      }
    }
    return lowest;
  }

  /**
   * Returns a number that is lower for a more probable class, and for the first of equally probable
   * classes. The lower half is the index of the class. A probability that is not a number is last.
   */
  private long rank(int c) {
    float probability = probabilities[c];
    // The bits of floats that are not negative are in the order of the floats.
    long bits = probability > 0 ? Float.floatToIntBits(probability) : probability == 0 ? 0 : -1;
    return (Float.floatToIntBits(Float.POSITIVE_INFINITY) - bits) << Integer.SIZE | c;
  }

  private Candidate candidate(long rank) {
    int c = (int) rank;
    return new Candidate(c, classNames.get(c), probabilities[c]);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Classification that
        && that.classNames.equals(classNames)
        && Arrays.equals(that.probabilities, probabilities)
        && that.accepted == accepted;
  }

  @Override
  public int hashCode() {
    return 31 * classNames.hashCode() + Arrays.hashCode(probabilities);
  }

  /** Returns the best class and its probability, such as {@code cat 0.9312}. */
  @Override
  public String toString() {
    return best().toString();
  }
}
