package org.kgcoop.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** Means over data sets and seeds, and the correlation. */
final class Statistics {
  private Statistics() {}

  /** The mean, and the standard deviation of a population; NaN of nothing. */
  record Spread(double mean, double deviation) {}

  /** Of the finite ones among the values. */
  static Spread spread(List<Double> values) {
    double[] known =
        values.stream().mapToDouble(Double::doubleValue).filter(Double::isFinite).toArray();
    if (known.length == 0) {
      return new Spread(Double.NaN, Double.NaN);
    }
    double mean = sum(known) / known.length;
    double squares = 0;
    for (double value : known) {
      squares += (value - mean) * (value - mean);
    }
    return new Spread(mean, Math.sqrt(squares / known.length));
  }

  /** For each seed the mean over its cells, then mean and deviation of these. */
  static Spread overSeeds(List<Cell> cells, ToDoubleFunction<Cell> value) {
    Function<String, Double> ofSeed =
        seed ->
            spread(
                    cells.stream()
                        .filter(cell -> cell.seed().equals(seed))
                        .map(value::applyAsDouble)
                        .toList())
                .mean();
    return spread(Cell.distinct(cells, Cell::seed).stream().map(ofSeed).toList());
  }

  /**
   * Pearson's correlation r = cov(x, y) / (sd(x) sd(y)); NaN for less than three points or where
   * one of the two does not vary.
   */
  static double correlation(List<Double> x, List<Double> y) {
    if (x.size() < 3) {
      return Double.NaN;
    }
    Spread ofX = spread(x);
    Spread ofY = spread(y);
    List<Double> products = new ArrayList<>();
    for (int i = 0; i < x.size(); i++) {
      products.add((x.get(i) - ofX.mean()) * (y.get(i) - ofY.mean()));
    }
    double r = spread(products).mean() / (ofX.deviation() * ofY.deviation());
    return Double.isFinite(r) ? Math.max(-1, Math.min(1, r)) : Double.NaN;
  }

  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }
}
