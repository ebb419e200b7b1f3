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

  private KernelFactor factor(int rows) {
    KernelFactor factor = new KernelFactor();
    for (int i = 0; i < rows; i++) {
      factor.append(Arrays.copyOf(matrix[i], i + 1));
    }
    return factor;
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
    factor(N).solve(inverse);
    assertEqual(product(inverse, N), identity(N));
  }

  @Test
  void cutsTheLastRows() {
    KernelFactor factor = factor(N);
    factor.cut(4);
    double[][] inverse = identity(4);
    factor.solve(inverse);
    assertEqual(product(inverse, 4), identity(4));
    factor.append(Arrays.copyOf(matrix[4], 5));
    double[][] larger = identity(5);
    factor.solve(larger);
    assertEqual(product(larger, 5), identity(5));
  }

  @Test
  void knowsTheDiagonalOfTheInverse() {
    double[][] inverse = identity(N);
    factor(N).solve(inverse);
    double[] diagonal = factor(N).inverseDiagonal();
    for (int i = 0; i < N; i++) {
      assertThat(diagonal[i]).isCloseTo(inverse[i][i], Offset.offset(1e-9));
    }
  }

  @Test
  void rejectsAMatrixThatIsNotPositiveDefinite() {
    KernelFactor factor = new KernelFactor();
    factor.append(new double[] {1});
    assertThatIllegalArgumentException().isThrownBy(() -> factor.append(new double[] {1, 1}));
  }
}
