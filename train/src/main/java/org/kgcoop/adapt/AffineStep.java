package org.kgcoop.adapt;

/**
 * A step of Gauss-Newton: the normal equations of target = gain source(map) + offset, linear in
 * gain times the change of the map, in the gain and in the offset.
 */
final class AffineStep {
  /** Number of parameters of an affine map. */
  static final int PARAMETERS = 6;

  private static final int SIZE = Thumbnail.SIZE;
  private static final int HALF = Thumbnail.HALF;
  private static final int UNKNOWNS = PARAMETERS + 2; // with gain and offset of the brightness
  private static final double DAMPING = 1e-3;
  private static final double MIN_GAIN = 0.2;
  private static final double MAX_CHANGE = 2; // in pixels

  private final double[][] equations = new double[UNKNOWNS][UNKNOWNS + 1];
  private int count;
  private double targetSquare;

  AffineStep(double[] target, double[] source, double[] p) {
    double[] line = new double[5 * SIZE]; // gx, gy, value, target, u of the valid samples
    for (int y = 0; y < SIZE; y++) {
      addLine(target, source, p, y, line);
    }
  }

  /** Adds a line. Its sums are in variables, which are much faster than array elements. */
  private void addLine(double[] target, double[] source, double[] p, int line, double[] samples) {
    double v = (line - (SIZE - 1) / 2.0) / HALF;
    int valid = 0;
    double xx = 0;
    double xy = 0;
    double yy = 0;
    double xxu = 0;
    double xyu = 0;
    double yyu = 0;
    double xxuu = 0;
    double xyuu = 0;
    double yyuu = 0;
    for (int column = 0; column < SIZE; column++) {
      double u = (column - (SIZE - 1) / 2.0) / HALF;
      double x = column + p[0] + p[1] * u + p[2] * v;
      double y = line + p[3] + p[4] * u + p[5] * v;
      if (!(x >= 0 && x <= SIZE - 1 && y >= 0 && y <= SIZE - 1)) {
        continue;
      }
      int left = Math.min((int) x, SIZE - 2);
      int top = Math.min((int) y, SIZE - 2);
      double fx = x - left;
      double fy = y - top;
      int at = top * SIZE + left;
      double across = source[at + 1] - source[at];
      double acrossBelow = source[at + SIZE + 1] - source[at + SIZE];
      double upper = source[at] + fx * across;
      double lower = source[at + SIZE] + fx * acrossBelow;
      double gx = across + fy * (acrossBelow - across);
      double gy = lower - upper;
      int next = 5 * valid++;
      samples[next] = gx;
      samples[next + 1] = gy;
      samples[next + 2] = upper + fy * gy;
      samples[next + 3] = target[line * SIZE + column];
      samples[next + 4] = u;
      double square = gx * gx;
      double mixed = gx * gy;
      double other = gy * gy;
      xx += square;
      xy += mixed;
      yy += other;
      xxu += square * u;
      xyu += mixed * u;
      yyu += other * u;
      xxuu += square * u * u;
      xyuu += mixed * u * u;
      yyuu += other * u * u;
    }
    addProducts(0, 0, xx, xxu, xxuu, v);
    addProducts(0, 3, xy, xyu, xyuu, v);
    addProducts(3, 3, yy, yyu, yyuu, v);
    addRest(samples, valid, v);
  }

  /** Adds the products of two gradients times 1, u and v each. */
  private void addProducts(int row, int column, double sum, double u, double uu, double v) {
    equations[row][column] += sum;
    equations[row][column + 1] += u;
    equations[row][column + 2] += v * sum;
    equations[row + 1][column] += u;
    equations[row + 1][column + 1] += uu;
    equations[row + 1][column + 2] += v * u;
    equations[row + 2][column] += v * sum;
    equations[row + 2][column + 1] += v * u;
    equations[row + 2][column + 2] += v * v * sum;
  }

  /** Adds the products of value, 1 and target, with the gradients and with each other. */
  private void addRest(double[] samples, int valid, double v) {
    addProducts(samples, valid, 0, 0, v);
    addProducts(samples, valid, 1, 3, v);
    addProducts(samples, valid, 2, PARAMETERS, v);
    double targets = 0;
    double squares = 0;
    for (int at = 0; at < 5 * valid; at += 5) {
      targets += samples[at + 3];
      squares += samples[at + 3] * samples[at + 3];
    }
    targetSquare += squares;
    equations[7][7] += valid;
    equations[7][8] += targets;
    count += valid;
  }

  /**
   * Adds the products of a column of the samples with value, 1 and target to a row, and those of a
   * gradient times u and v to the next two rows.
   */
  private void addProducts(double[] samples, int valid, int column, int row, double v) {
    double value = 0;
    double one = 0;
    double target = 0;
    double valueU = 0;
    double oneU = 0;
    double targetU = 0;
    for (int at = 0; at < 5 * valid; at += 5) {
      double g = samples[at + column];
      double a = g * samples[at + 2];
      double b = g * samples[at + 3];
      double u = samples[at + 4];
      value += a;
      one += g;
      target += b;
      valueU += a * u;
      oneU += g * u;
      targetU += b * u;
    }
    double[] sums = {value, one, target};
    double[] sumsU = {valueU, oneU, targetU};
    for (int k = 0; k < 3; k++) {
      equations[row][6 + k] += sums[k];
      if (row < PARAMETERS) {
        equations[row + 1][6 + k] += sumsU[k];
        equations[row + 2][6 + k] += v * sums[k];
      }
    }
  }

  double overlap() {
    return (double) count / Thumbnail.PIXELS;
  }

  double correlation() {
    return correlation(
        count, equations[7][8], equations[6][7], targetSquare, equations[6][6], equations[6][8]);
  }

  /** Returns the correlation of two variables by their sums. */
  static double correlation(
      double count,
      double one,
      double other,
      double oneSquare,
      double otherSquare,
      double product) {
    double variances = (oneSquare - one * one / count) * (otherSquare - other * other / count);
    return variances <= 0 ? 0 : (product - one * other / count) / Math.sqrt(variances);
  }

  /** Changes the parameters of the map. Returns false if there is no solution. */
  boolean advance(double[] parameters) {
    double trace = 0;
    for (int r = 0; r < UNKNOWNS; r++) {
      trace += r < PARAMETERS ? equations[r][r] : 0;
      for (int c = 0; c < r; c++) {
        equations[r][c] = equations[c][r];
      }
    }
    for (int r = 0; r < UNKNOWNS; r++) {
      equations[r][r] += r < PARAMETERS ? DAMPING * trace / PARAMETERS + 1e-6 : DAMPING;
    }
    double[] solution = solved();
    double gain = Math.max(MIN_GAIN, solution[PARAMETERS]);
    for (int i = 0; i < PARAMETERS; i++) {
      double change = solution[i] / gain;
      if (!Double.isFinite(change)) {
        return false;
      }
      parameters[i] += Math.max(-MAX_CHANGE, Math.min(MAX_CHANGE, change));
    }
    return true;
  }

  /** Solves the equations, which are positive definite, by elimination. */
  private double[] solved() {
    for (int k = 0; k < UNKNOWNS; k++) {
      for (int r = k + 1; r < UNKNOWNS; r++) {
        double factor = equations[r][k] / equations[k][k];
        for (int c = k; c <= UNKNOWNS; c++) {
          equations[r][c] -= factor * equations[k][c];
        }
      }
    }
    double[] solution = new double[UNKNOWNS];
    for (int r = UNKNOWNS - 1; r >= 0; r--) {
      double rest = equations[r][UNKNOWNS];
      for (int c = r + 1; c < UNKNOWNS; c++) {
        rest -= equations[r][c] * solution[c];
      }
      solution[r] = rest / equations[r][r];
    }
    return solution;
  }
}
