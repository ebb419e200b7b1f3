package org.kgcoop.report.chart;

import java.math.BigDecimal;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A linear scale from values to pixels.
 *
 * @param from the pixel of the lowest value
 * @param to the pixel of the highest value
 */
record Scale(double low, double high, double from, double to) {
  private static final int MAX_ZEROS = 6;

  double at(double value) {
    return from + (value - low) / (high - low) * (to - from);
  }

  /**
   * Returns multiples of 1, 2 or 5 times a power of ten within the scale.
   *
   * @param spacing the minimum distance between two ticks in pixels
   * @param least the minimum difference between two ticks, or 0 for any
   */
  List<BigDecimal> ticks(double spacing, double least) {
    double rough = Math.max(least, (high - low) * spacing / Math.abs(to - from));
    int exponent = (int) Math.floor(Math.log10(rough));
    double digits = rough / Math.pow(10, exponent);
    BigDecimal step =
        digits > 5
            ? BigDecimal.valueOf(1, -exponent - 1)
            : BigDecimal.valueOf(digits <= 1 ? 1 : digits <= 2 ? 2 : 5, -exponent);
    List<BigDecimal> ticks = new ArrayList<>();
    double size = step.doubleValue();
    for (long i = (long) Math.ceil(low / size); i <= (long) Math.floor(high / size); i++) {
      ticks.add(step.multiply(BigDecimal.valueOf(i)));
    }
    return ticks;
  }

  /** Formats a number for an axis. Long numbers are written with a power of ten. */
  static String text(BigDecimal tick) {
    if (tick.signum() == 0) {
      return "0";
    }
    return Math.abs(tick.scale()) < MAX_ZEROS
        ? tick.toPlainString()
        : new DecimalFormat("0.######E0", DecimalFormatSymbols.getInstance(Locale.ROOT))
            .format(tick);
  }
}
