package org.kgcoop.export;

/**
 * Multi-head attention between the positions of an image: {@code softmax(q k^T / sqrt(head width))
 * v}.
 *
 * @param name the prefix of the names of its values
 * @param queries Q of each image
 * @param keys L of each image
 * @param width W, of all heads together
 */
record OnnxAttention(String name, int queries, int keys, int heads, int width) {

  /**
   * Adds the nodes of the attention.
   *
   * @param query (B Q, W)
   * @param key (B L, W)
   * @param value (B L, W)
   * @return (B Q, W)
   */
  String of(OnnxGraph graph, String query, String key, String value) {
    int headWidth = width / heads;
    String q = byHead(graph, "q", query, queries, 0, 2, 1, 3); // (B, heads, Q, d)
    String k = byHead(graph, "k", key, keys, 0, 2, 3, 1); // (B, heads, d, L)
    String v = byHead(graph, "v", value, keys, 0, 2, 1, 3); // (B, heads, L, d)
    String scaled = graph.times(name + ".q.scaled", q, 1 / Math.sqrt(headWidth));
    String scores = graph.softmax(name + ".weights", graph.matmul(name + ".scores", scaled, k));
    String attended = graph.matmul(name + ".heads", scores, v); // (B, heads, Q, d)
    String together = graph.transpose(name + ".together", attended, 0, 2, 1, 3);
    return graph.reshape(name + ".attended", together, -1, width);
  }

  private String byHead(OnnxGraph graph, String part, String rows, int length, long... axes) {
    String prefix = name + "." + part;
    String heads =
        graph.reshape(prefix + ".rows", rows, -1, length, this.heads, width / this.heads);
    return graph.transpose(prefix, heads, axes);
  }
}
