package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class KernelFactorTest {
  private static final int N = 9;
  private final double[][] matrix = new double[N][N];

  KernelFactorTest() {
    Random random = new Random(1);
    double[][] root = new double[N][N];
    for (double[] row : root) {
      Arrays.setAll(row, i -> random.nextGaussian());
    }
    for (int i = 0; i < N; i++) {
      for (int j = 0; j < N; j++) {
        for (int k = 0; k < N; k++) {
          matrix[i][j] += root[i][k] * root[j][k];
        }
        matrix[i][j] += i == j ? 0.1 : 0;
      }
    }
  }

  /** Returns the factor of the first rows, appended so many at a time. */
  private KernelFactor factor(int rows, int atOnce) {
    KernelFactor factor = new KernelFactor();
    for (int from = 0; from < rows; from += atOnce) {
      factor.append(columns(from, Math.min(rows, from + atOnce)));
    }
    return factor;
  }

  private double[][] columns(int from, int to) {
    return Arrays.stream(matrix, 0, to)
        .map(row -> Arrays.copyOfRange(row, from, to))
        .toArray(double[][]::new);
  }

  /** Returns M X for the first rows. */
  private double[][] product(double[][] x, int rows) {
    double[][] product = new double[rows][x[0].length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < rows; j++) {
        for (int c = 0; c < x[0].length; c++) {
          product[i][c] += matrix[i][j] * x[j][c];
        }
      }
    }
    return product;
  }

  private static double[][] identity(int n) {
    double[][] identity = new double[n][n];
    for (int i = 0; i < n; i++) {
      identity[i][i] = 1;
    }
    return identity;
  }

  private static void assertEqual(double[][] actual, double[][] expected) {
    for (int i = 0; i < expected.length; i++) {
      for (int c = 0; c < expected[i].length; c++) {
        assertThat(actual[i][c]).isCloseTo(expected[i][c], Offset.offset(1e-9));
      }
    }
  }

  @Test
  void solves() {
    double[][] inverse = identity(N);
    factor(N, 1).solve(inverse, 0);
    assertEqual(product(inverse, N), identity(N));
  }

  @Test
  void rowsThatAreAppendedTogetherHaveTheSameBits() {
    double[][] inverse = identity(N);
    factor(N, 1).solve(inverse, 0);
    for (int atOnce : new int[] {2, 4, N}) {
      double[][] together = identity(N);
      factor(N, atOnce).solve(together, 0);
      assertThat(together).isDeepEqualTo(inverse);
    }
  }

  @Test
  void usesWhatItKnowsOfTheLastSolution() {
    KernelFactor factor = factor(N, 1);
    factor.solve(identity(N), 0);
    factor.cut(6);
    factor.append(columns(6, N));
    double[][] values = identity(N);
    double[][] expected = identity(N);
    values[5][0] = 3;
    expected[5][0] = 3;
    factor(N, 1).solve(expected, 0);
    factor.solve(values, 5);
    assertThat(values).isDeepEqualTo(expected);
  }

  @Test
  void cutsTheLastRows() {
    KernelFactor factor = factor(N, 1);
    factor.cut(4);
    double[][] inverse = identity(4);
    factor.solve(inverse, 0);
    assertEqual(product(inverse, 4), identity(4));
    factor.append(columns(4, 5));
    double[][] larger = identity(5);
    factor.solve(larger, 0);
    assertEqual(product(larger, 5), identity(5));
  }

  @Test
  void knowsTheDiagonalOfTheInverse() {
    double[][] inverse = identity(N);
    factor(N, 1).solve(inverse, 0);
    double[] diagonal = factor(N, 1).inverseDiagonal();
    for (int i = 0; i < N; i++) {
      assertThat(diagonal[i]).isCloseTo(inverse[i][i], Offset.offset(1e-9));
    }
  }

  @Test
  void rejectsAMatrixThatIsNotPositiveDefinite() {
    KernelFactor factor = new KernelFactor();
    factor.append(new double[][] {{1}});
    assertThatIllegalArgumentException().isThrownBy(() -> factor.append(new double[][] {{1}, {1}}));
  }
}
