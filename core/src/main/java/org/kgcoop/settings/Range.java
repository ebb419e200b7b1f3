package org.kgcoop.settings;

import java.util.Locale;
import java.util.function.Predicate;

/**
 * Range of the values that a setting allows.
 *
 * @param description the description that follows "expected" in a message; empty if all values are
 *     allowed
 * @param allows the condition
 */
public record Range<T>(String description, Predicate<T> allows) {

  /** Returns the range of all values. */
  public static <T> Range<T> any() {
    return new Range<>("", value -> true);
  }

  public static <N extends Number> Range<N> atLeast(int least) {
    return finite("at least " + least, n -> n >= least);
  }

  public static <N extends Number> Range<N> above(int bound) {
    return finite("above " + bound, n -> n > bound);
  }

  /** Returns the range between two numbers, both included. */
  public static <N extends Number> Range<N> from(int least, int most) {
    return finite(
        String.format(Locale.ROOT, "%,d to %,d", least, most), n -> n >= least && n <= most);
  }

  /** Returns a range of finite numbers, which never includes NaN. */
  public static <N extends Number> Range<N> finite(String description, Predicate<Double> allows) {
    return new Range<>(
        description, n -> Double.isFinite(n.doubleValue()) && allows.test(n.doubleValue()));
  }
}
