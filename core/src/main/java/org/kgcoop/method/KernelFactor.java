package org.kgcoop.method;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The Cholesky factor L of a positive definite matrix that grows by rows: {@code M = L L'}. A new
 * row costs O(n^2), and the last rows can be cut for nothing. All values are float64.
 *
 * <p>The order of each sum is fixed, so that the bits do not depend on how the rows came. A sum
 * would wait for each of its additions. Therefore the sums of many columns run side by side.
 */
final class KernelFactor {
  private final List<double[]> rows = new ArrayList<>(); // row i has i + 1 values
  private double[][] half = {}; // L^-1 B of the last B

  /**
   * Appends m rows.
   *
   * @param added the new columns of M, (n + m, m); replaced
   * @throws IllegalArgumentException if M would not be positive definite
   */
  void append(double[][] added) {
    int n = rows.size();
    forward(added, 0);
    for (int r = 0; n + r < added.length; r++) {
      int last = n + r;
      double[] next = new double[last + 1];
      double rest = added[last][r];
      for (int i = 0; i < last; i++) {
        double value = added[i][r];
        if (i >= n) { // a row that was appended with this one
          double[] known = rows.get(i);
          for (int j = 0; j < i; j++) {
            value -= known[j] * next[j];
          }
          value /= known[i];
        }
        next[i] = value;
        rest -= value * value;
      }
      if (!(rest > 0)) {
        throw new IllegalArgumentException(
            "row %s: the matrix is not positive definite".formatted(last));
      }
      next[last] = Math.sqrt(rest);
      rows.add(next);
    }
  }

  /** Keeps only the first n rows. */
  void cut(int n) {
    rows.subList(n, rows.size()).clear();
    half = Arrays.copyOf(half, Math.min(n, half.length));
  }

  /**
   * Computes {@code M^-1 B}.
   *
   * @param values B, (n, k); replaced by the result
   * @param known the number of rows in front that are those of the last B
   */
  void solve(double[][] values, int known) {
    int done = Math.min(known, half.length);
    for (int i = 0; i < done; i++) {
      values[i] = half[i];
    }
    forward(values, done);
    half = Arrays.stream(values).map(double[]::clone).toArray(double[][]::new);
    for (int to = rows.size(); to > 0; to -= 2) { // L' X = Z, two rows at a time
      int from = Math.max(0, to - 2);
      for (int i = to - 1; i >= from; i--) {
        divide(values[i], rows.get(i)[i]);
        for (int j = from; j < i; j++) {
          subtract(values[j], rows.get(i)[j], values[i]);
        }
      }
      for (int j = 0; j < from; j++) {
        double[] last = rows.get(to - 1);
        subtract(values[j], last[j], values[to - 1], rows.get(from)[j], values[from]);
      }
    }
  }

  /** Replaces the first n rows of B by L^-1 B, from a row on. */
  private void forward(double[][] values, int from) {
    for (int i = from; i < rows.size(); i++) {
      double[] row = rows.get(i);
      for (int j = 0; j + 1 < i; j += 2) {
        subtract(values[i], row[j], values[j], row[j + 1], values[j + 1]);
      }
      if (i % 2 == 1) {
        subtract(values[i], row[i - 1], values[i - 1]);
      }
      divide(values[i], row[i]);
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

  /** Subtracts multiples of two rows, one after the other. */
  private static void subtract(
      double[] target, double factor, double[] source, double factor2, double[] source2) {
    for (int k = 0; k < target.length; k++) {
      target[k] = target[k] - factor * source[k] - factor2 * source2[k];
    }
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
