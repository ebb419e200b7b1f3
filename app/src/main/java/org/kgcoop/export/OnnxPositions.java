package org.kgcoop.export;

import java.util.List;
import org.kgcoop.export.format.TensorProto;
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
    String count = number(name + ".count", length);
    float[] old = new float[side];
    for (int i = 0; i < side; i++) {
      old[i] = i + 0.5f;
    }
    StoredTensor centers = StoredTensor.ofFloats("positions.old", new long[] {1, side}, old);
    String ratio = graph.divided(name + ".ratio", graph.number(side), count);
    String placed = graph.times(name + ".at", centers(name + ".new", count), ratio);
    String triangle = triangle(name + ".triangle", placed, graph.constant(centers), ratio);
    return shares(name + ".weights", triangle);
  }

  /** Adds a length as a float32 number, (). */
  private String number(String name, String length) {
    return graph.node(
        "Cast",
        name,
        List.of(graph.select(name + ".scalar", length, 0, 0)),
        OnnxGraph.integer("to", TensorProto.DataType.FLOAT_VALUE));
  }

  /** Adds the numbers 0.5, 1.5 and so on, as many as a float32 number, as a column (n, 1). */
  private String centers(String name, String count) {
    List<String> range = List.of(graph.number(0), count, graph.number(1));
    String from = graph.node("Range", name + ".from", range);
    return graph.reshape(name, graph.sum(name + ".row", from, 0.5), -1, 1);
  }

  /** Adds {@code max(0, 1 - |a - b| / max(1, scale))}. */
  private String triangle(String name, String a, String b, String scale) {
    String difference = graph.sum(name + ".difference", a, graph.times(name + ".negative", b, -1));
    String distance = graph.node("Abs", name + ".distance", List.of(difference));
    String width = graph.node("Max", name + ".width", List.of(scale, graph.number(1)));
    String share = graph.divided(name + ".share", distance, width);
    return graph.relu(name, graph.sum(name + ".rest", graph.times(name + ".below", share, -1), 1));
  }

  /** Adds the division of the rows of a nonnegative matrix by their sums. */
  private String shares(String name, String rows) {
    String sums =
        graph.node(
            "ReduceL1",
            name + ".sums",
            List.of(rows),
            OnnxGraph.list("axes", 1),
            OnnxGraph.integer("keepdims", 1));
    return graph.divided(name, rows, sums);
  }
}
