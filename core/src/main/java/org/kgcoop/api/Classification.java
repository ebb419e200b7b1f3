package org.kgcoop.api;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The classes of an image and their probabilities. */
public final class Classification {
  /** The number of classes that programs show per image by default: only the most probable one. */
  public static final int DEFAULT_TOP = 1;

  private final List<String> classNames;
  private final float[] probabilities;
  private final int[] ranked; // class indices, the most probable first
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
    // A stable sort keeps equally probable classes in the order of their names.
    ranked =
        IntStream.range(0, probabilities.length)
            .boxed()
            .sorted(Comparator.comparingDouble(c -> -probabilities[c]))
            .mapToInt(Integer::intValue)
            .toArray();
    accepted = probabilities[ranked[0]] >= (float) threshold; // both rounded to the same type
  }

  /**
   * False if the image shows none of the classes: the probability of the best class is below the
   * {@link Classifier#threshold}. True if the classifier has no threshold.
   */
  public boolean isAccepted() {
    return accepted;
  }

  /** Returns the most probable class. */
  public Candidate best() {
    return candidate(0);
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
    return IntStream.range(0, Math.min(count, ranked.length)).mapToObj(this::candidate).toList();
  }

  /** Returns all classes, the most probable first. */
  public List<Candidate> ranking() {
    return top(ranked.length);
  }

  /** Returns the probability of each class, in the order of the classifier's class names. */
  public float[] probabilities() {
    return probabilities.clone();
  }

  private Candidate candidate(int rank) {
    int c = ranked[rank];
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
