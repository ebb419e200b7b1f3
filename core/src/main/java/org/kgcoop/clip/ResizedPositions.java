package org.kgcoop.clip;

import org.kgcoop.tensor.Tensor;

/**
 * The position table of g x g patches, resized to another grid. Bilinear resizing with antialiasing
 * is linear along each axis, so it is a product with two small matrices: {@code A_h T A_w^T}.
 */
final class ResizedPositions {
  private ResizedPositions() {}

  /**
   * Resizes the table.
   *
   * @param table (g g, W)
   * @return (rows columns, W)
   */
  static Tensor of(Tensor table, long rows, long columns) {
    int side = (int) Math.round(Math.sqrt((double) table.size(0))); // g
    if (rows == side && columns == side) {
      return table;
    }
    long width = table.size(1);
    Tensor byRow = // (rows, g, W)
        weights(side, (int) rows)
            .to(table.device())
            .matmul(table.reshape(side, side * width))
            .reshape(rows, side, width);
    return weights(side, (int) columns).to(table.device()).matmul(byRow).reshape(-1, width);
  }

  /**
   * Returns the weight of each old position for each new one, (to, from): {@code max(0, 1 - |j + .5
   * - (i + .5) r| / max(1, r))} with {@code r = from / to}, divided by the sum of its row.
   */
  static Tensor weights(int from, int to) {
    float[] weights = new float[to * from];
    double ratio = (double) from / to;
    for (int i = 0; i < to; i++) {
      double[] row = new double[from];
      double sum = 0;
      for (int j = 0; j < from; j++) {
        double distance = Math.abs(j + 0.5 - (i + 0.5) * ratio);
        row[j] = Math.max(0, 1 - distance / Math.max(1, ratio));
        sum += row[j];
      }
      for (int j = 0; j < from; j++) {
        weights[i * from + j] = (float) (row[j] / sum);
      }
    }
    return Tensor.of(weights, to, from);
  }
}
