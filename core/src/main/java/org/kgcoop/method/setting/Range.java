package org.kgcoop.method.setting;

import java.util.Locale;
import java.util.function.Predicate;

/**
 * The values that a setting allows.
 *
 * @param says them, as a message does after "expected"; empty where all are allowed
 */
public record Range<T>(String says, Predicate<T> allows) {

  /** All values of the type. */
  public static <T> Range<T> any() {
    return new Range<>("", value -> true);
  }

  public static <N extends Number> Range<N> atLeast(int least) {
    return finite("at least " + least, n -> n >= least);
  }

  public static <N extends Number> Range<N> above(int bound) {
    return finite("above " + bound, n -> n > bound);
  }

  /** From one number to another, both allowed. */
  public static <N extends Number> Range<N> from(int least, int most) {
    return finite(
        String.format(Locale.ROOT, "%,d to %,d", least, most), n -> n >= least && n <= most);
  }

  /** Finite numbers; never NaN. */
  public static <N extends Number> Range<N> finite(String says, Predicate<Double> allows) {
    return new Range<>(says, n -> Double.isFinite(n.doubleValue()) && allows.test(n.doubleValue()));
  }
}
