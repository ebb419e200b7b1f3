package org.kgcoop.export;

import org.kgcoop.io.StoredTensor;

/**
 * Resizes a square table of positions to the grid of an image, as the encoders of models that keep
 * the shape of an image: a product with a small matrix of weights along each axis.
 *
 * @param side the number of positions per side, g
 * @param width W
 */
record OnnxPositions(OnnxGraph graph, int side, int width) {
  private static final String TABLE = "visual.positional_embedding";

  /**
   * Adds the positions of an image. The number of its patches becomes the variable length of the
   * graph.
   *
   * @param patches (B, W, rows, columns)
   * @return (rows columns, W)
   */
  String of(String patches) {
    String rows = graph.length("grid.rows", patches, 2);
    String columns = graph.length("grid.columns", patches, 3);
    graph.setVariable(graph.times("grid.patches", rows, columns));
    String table = graph.reshape("positions.table", graph.weight(TABLE), side, (long) side * width);
    String byRow = graph.matmul("positions.rows.flat", weights("positions.rows", rows), table);
    byRow = graph.reshape("positions.rows.placed", byRow, 0, side, width); // (rows, g, W)
    String placed = graph.matmul("positions.placed", weights("positions.columns", columns), byRow);
    return graph.reshape("positions.flat", placed, -1, width);
  }

  /** Adds the weights of the old positions for each new one, (n, g). */
  private String weights(String name, String length) {
    String count = graph.toNumber(name + ".count", length);
    float[] old = new float[side];
    for (int i = 0; i < side; i++) {
      old[i] = i + 0.5f;
    }
    StoredTensor centers = StoredTensor.ofFloats("positions.old", new long[] {1, side}, old);
    String ratio = graph.divided(name + ".ratio", graph.number(side), count);
    String placed = graph.times(name + ".at", graph.centers(name + ".new", count), ratio);
    String triangle = graph.triangle(name + ".triangle", placed, graph.constant(centers), ratio);
    return graph.shares(name + ".weights", triangle);
  }
}
