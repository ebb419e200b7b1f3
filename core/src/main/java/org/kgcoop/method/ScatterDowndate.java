package org.kgcoop.method;

import java.util.Arrays;
import java.util.List;

/**
 * Logits of {@link GaussianDiscriminant} without the rows of one image. The scatter of all rows is
 * decomposed once. Its inverse without some rows then follows by the Woodbury identity.
 *
 * <p>Rows, centered rows and means are in the basis of the eigenvectors of the scatter.
 */
final class ScatterDowndate {
  private final double[] values; // eigenvalues of the scatter, (E)
  private final double[][] rows; // (n, E)
  private final double[][] centered; // (n, E)
  private final double[][] means; // (C, E)

  ScatterDowndate(double[] values, double[][] rows, double[][] centered, double[][] means) {
    this.values = values;
    this.rows = rows;
    this.centered = centered;
    this.means = means;
  }

  /**
   * Writes the logits of the rows of an image, computed by a model without these rows, to {@code
   * logits}.
   */
  void leaveOut(List<Integer> image, int label, int classSize, double[][] logits) {
    int width = values.length;
    int left = classSize - image.size();
    double[][] update = new double[image.size() + 1][width]; // U
    for (int b = 0; b < image.size(); b++) {
      double[] x = centered[image.get(b)];
      for (int k = 0; k < width; k++) {
        update[b][k] = x[k];
        update[image.size()][k] += x[k] / Math.sqrt(left);
      }
    }
    double[] mean = means[label].clone();
    double trace = Arrays.stream(values).sum();
    for (int k = 0; k < width; k++) {
      mean[k] -= update[image.size()][k] / Math.sqrt(left);
      for (double[] u : update) {
        trace -= u[k] * u[k];
      }
    }
    int classes = means.length;
    double ridge = trace / (rows.length - image.size() - 1);
    boolean scattered = trace > 1e-12 * Arrays.stream(values).sum();
    double[] inverse = new double[width]; // A^-1
    for (int k = 0; k < width; k++) {
      inverse[k] = scattered ? 1 / (Math.max(0, values[k]) + ridge) : 0;
    }
    double[][] small = new double[update.length][update.length]; // I - U A^-1 U'
    for (int a = 0; a < small.length; a++) {
      for (int b = 0; b < small.length; b++) {
        small[a][b] = (a == b ? 1 : 0) - product(update[a], inverse, update[b]);
      }
    }
    for (int row : image) {
      logits[row] = new double[classes];
    }
    for (int c = 0; c < classes; c++) {
      double[] m = c == label ? mean : means[c];
      double[] projected = new double[update.length]; // U A^-1 m
      for (int a = 0; a < projected.length; a++) {
        projected[a] = product(update[a], inverse, m);
      }
      double[] solved = solve(small, projected);
      double quadratic = product(m, inverse, m) + dot(projected, solved);
      for (int row : image) {
        double linear = product(rows[row], inverse, m);
        for (int a = 0; a < solved.length; a++) {
          linear += product(rows[row], inverse, update[a]) * solved[a];
        }
        logits[row][c] = width * (linear - quadratic / 2) - Math.log(classes);
      }
    }
  }

  private static double product(double[] a, double[] diagonal, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += a[k] * diagonal[k] * b[k];
    }
    return sum;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += a[k] * b[k];
    }
    return sum;
  }

  /** Solves a small system of equations by Gaussian elimination with pivoting. */
  private static double[] solve(double[][] matrix, double[] right) {
    int n = right.length;
    double[][] a = Arrays.stream(matrix).map(double[]::clone).toArray(double[][]::new);
    double[] x = right.clone();
    for (int k = 0; k < n; k++) {
      int pivot = k;
      for (int i = k + 1; i < n; i++) {
        pivot = Math.abs(a[i][k]) > Math.abs(a[pivot][k]) ? i : pivot;
      }
      double[] row = a[k];
      a[k] = a[pivot];
      a[pivot] = row;
      double value = x[k];
      x[k] = x[pivot];
      x[pivot] = value;
      for (int i = k + 1; i < n; i++) {
        double factor = a[i][k] / a[k][k];
        for (int j = k; j < n; j++) {
          a[i][j] -= factor * a[k][j];
        }
        x[i] -= factor * x[k];
      }
    }
    for (int k = n - 1; k >= 0; k--) {
      for (int j = k + 1; j < n; j++) {
        x[k] -= a[k][j] * x[j];
      }
      x[k] /= a[k][k];
    }
    return x;
  }
}
