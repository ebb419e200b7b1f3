package org.kgcoop.method;

import java.util.ArrayList;
import java.util.List;

/**
 * The Cholesky factor L of a positive definite matrix that grows by rows: {@code M = L L'}. A new
 * row costs O(n^2), and the last rows can be cut for nothing. All values are float64.
 */
final class KernelFactor {
  private final List<double[]> rows = new ArrayList<>(); // row i has i + 1 values

  /**
   * Appends a row.
   *
   * @param row the new row of M, (n + 1), with the value on the diagonal last
   * @throws IllegalArgumentException if M would not be positive definite
   */
  void append(double[] row) {
    int n = rows.size();
    if (row.length != n + 1) {
      throw new IllegalArgumentException(
          "row: expected %s values, got %s".formatted(n + 1, row.length));
    }
    double[] next = new double[n + 1];
    double rest = row[n];
    for (int i = 0; i < n; i++) {
      double[] known = rows.get(i);
      double sum = row[i];
      for (int j = 0; j < i; j++) {
        sum -= known[j] * next[j];
      }
      next[i] = sum / known[i];
      rest -= next[i] * next[i];
    }
    if (!(rest > 0)) {
      throw new IllegalArgumentException(
          "row %s: the matrix is not positive definite".formatted(n));
    }
    next[n] = Math.sqrt(rest);
    rows.add(next);
  }

  /** Keeps only the first n rows. */
  void cut(int n) {
    rows.subList(n, rows.size()).clear();
  }

  /**
   * Computes {@code M^-1 B}.
   *
   * @param values B, (n, k); replaced by the result
   */
  void solve(double[][] values) {
    int n = rows.size();
    for (int i = 0; i < n; i++) { // L Z = B
      double[] row = rows.get(i);
      for (int j = 0; j < i; j++) {
        subtract(values[i], row[j], values[j]);
      }
      divide(values[i], row[i]);
    }
    for (int i = n - 1; i >= 0; i--) { // L' X = Z
      double[] row = rows.get(i);
      divide(values[i], row[i]);
      for (int j = 0; j < i; j++) {
        subtract(values[j], row[j], values[i]);
      }
    }
  }

  /** Computes the diagonal of {@code M^-1}, (n), in O(n^3). */
  double[] inverseDiagonal() {
    int n = rows.size();
    double[] diagonal = new double[n];
    double[][] inverse = new double[n][]; // of L
    for (int i = 0; i < n; i++) {
      double[] row = rows.get(i);
      double[] next = new double[i + 1];
      for (int k = 0; k < i; k++) {
        double[] other = inverse[k];
        double factor = row[k];
        for (int j = 0; j < other.length; j++) {
          next[j] -= factor * other[j];
        }
      }
      next[i] = 1;
      divide(next, row[i]);
      inverse[i] = next;
      for (int j = 0; j <= i; j++) {
        diagonal[j] += next[j] * next[j];
      }
    }
    return diagonal;
  }

  private static void subtract(double[] target, double factor, double[] source) {
    for (int k = 0; k < target.length; k++) {
      target[k] -= factor * source[k];
    }
  }

  private static void divide(double[] values, double divisor) {
    for (int k = 0; k < values.length; k++) {
      values[k] /= divisor;
    }
  }
}
