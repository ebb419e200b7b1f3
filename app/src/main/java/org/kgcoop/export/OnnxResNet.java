package org.kgcoop.export;

import org.kgcoop.clip.ClipConfig;

/** Writes the nodes of {@code org.kgcoop.clip.ModifiedResNet}. */
final class OnnxResNet {
  private final OnnxGraph graph;

  private OnnxResNet(OnnxGraph graph) {
    this.graph = graph;
  }

  /**
   * Adds the encoder.
   *
   * @param pixels (B, channels, R, R)
   * @return (B, E), of any length
   */
  static String add(OnnxGraph graph, String pixels, ClipConfig config, ClipConfig.ResNet resNet) {
    OnnxResNet encoder = new OnnxResNet(graph);
    String x = encoder.convolutionAndRelu("stem.1", pixels, "visual.", 1, 2, 1);
    x = encoder.convolutionAndRelu("stem.2", x, "visual.", 2, 1, 1);
    x = encoder.convolutionAndRelu("stem.3", x, "visual.", 3, 1, 1);
    x = graph.averagePool("stem.pool", x, 2);
    int in = resNet.width();
    for (int stage = 0; stage < resNet.layers().size(); stage++) {
      int out = 4 * (resNet.width() << stage);
      for (int i = 0; i < resNet.layers().get(stage); i++) {
        x = encoder.bottleneck(x, stage + 1, i, stage > 0 && i == 0 ? 2 : 1, in != out);
        in = out;
      }
    }
    return encoder.attentionPool(x, in, config.imageResolution() / 32, resNet.heads());
  }

  /** Adds {@code convN} and {@code bnN} with a prefix, and a ReLU. */
  private String convolutionAndRelu(
      String name, String x, String prefix, int number, int stride, int padding) {
    return graph.relu(name + ".relu", normed(name, x, prefix, number, stride, padding));
  }

  private String normed(String name, String x, String prefix, int number, int stride, int padding) {
    String convolved =
        graph.convolution(name + ".conv", x, prefix + "conv" + number, stride, padding);
    return graph.batchNorm(name + ".norm", convolved, prefix + "bn" + number);
  }

  private String bottleneck(String x, int stage, int number, int stride, boolean widens) {
    String name = "stage." + stage + "." + number;
    String prefix = "visual.layer" + stage + "." + number + ".";
    String y = convolutionAndRelu(name + ".1", x, prefix, 1, 1, 0);
    y = convolutionAndRelu(name + ".2", y, prefix, 2, 1, 1);
    y = normed(name + ".3", pooled(name + ".pool", y, stride), prefix, 3, 1, 0);
    String identity = x;
    if (stride > 1 || widens) {
      String pooled = pooled(name + ".shortcut.pool", x, stride);
      String convolved =
          graph.convolution(name + ".shortcut.conv", pooled, prefix + "downsample.0", 1, 0);
      identity = graph.batchNorm(name + ".shortcut", convolved, prefix + "downsample.1");
    }
    return graph.relu(name + ".relu", graph.sum(name + ".sum", y, identity));
  }

  private String pooled(String name, String x, int stride) {
    return stride > 1 ? graph.averagePool(name, x, stride) : x;
  }

  /**
   * Adds attention with the mean of all positions as its only query.
   *
   * @param x (B, channels, grid, grid)
   * @return (B, E)
   */
  private String attentionPool(String x, int channels, int grid, int heads) {
    String layer = "visual.attnpool.";
    int positions = 1 + grid * grid;
    String pixels = graph.reshape("pool.flat", x, 0, channels, positions - 1);
    pixels = graph.transpose("pool.pixels", pixels, 0, 2, 1); // (B, grid grid, channels)
    String all = graph.concat("pool.tokens", 1, graph.mean("pool.mean", pixels, 1), pixels);
    all = graph.sum("pool.placed", all, graph.weight(layer + "positional_embedding"));
    String query = graph.select("pool.query", all, 1, 0); // (B, channels)
    String rows = graph.reshape("pool.rows", all, -1, channels); // (B L, channels)
    String attended =
        new OnnxAttention("pool.attention", 1, positions, heads, channels)
            .of(
                graph,
                graph.linear("pool.q", query, layer + "q_proj"),
                graph.linear("pool.k", rows, layer + "k_proj"),
                graph.linear("pool.v", rows, layer + "v_proj"));
    return graph.linear("projected", attended, layer + "c_proj");
  }
}
