package org.kgcoop.export;

import java.util.List;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.Family;

/** The nodes of {@link org.kgcoop.clip.VisionTransformer}. */
final class OnnxVit {
  private final OnnxGraph graph;
  private final ClipConfig config;
  private final ClipConfig.Vit vit;
  private final int positions; // with the class embedding's, where there is one

  private OnnxVit(OnnxGraph graph, ClipConfig config, ClipConfig.Vit vit) {
    this.graph = graph;
    this.config = config;
    this.vit = vit;
    int grid = config.imageResolution() / vit.patch();
    positions = vit.rowsBesidePatches() + grid * grid;
  }

  /**
   * Adds the tower.
   *
   * @param pixels (B, channels, R, R)
   * @return (B, E), of any length
   */
  static String add(OnnxGraph graph, String pixels, ClipConfig config, ClipConfig.Vit vit) {
    return new OnnxVit(graph, config, vit).features(pixels);
  }

  private String features(String pixels) {
    return vit.family() == Family.SIGLIP ? pooled(pixels) : readAtClass(pixels);
  }

  private String pooled(String pixels) {
    int width = vit.width();
    String patches = graph.biasedConvolution("patches", pixels, "visual.conv1", vit.patch());
    patches = graph.reshape("patches.flat", patches, 0, width, positions);
    String x = graph.transpose("patches.rows", patches, 0, 2, 1); // (B, patches, W)
    x = graph.sum("tokens.placed", x, graph.weight("visual.positional_embedding"));
    x = graph.reshape("rows", x, -1, width); // (B L, W)
    for (int i = 0; i < vit.layers(); i++) {
      x = block(x, i, false);
    }
    return pool(norm("ln_post", x, "visual.ln_post"));
  }

  /** (B L, W) to (B, W). */
  private String pool(String rows) {
    String layer = "visual.pool.";
    String probe = attentionParts("pool.probe", graph.weight(layer + "probe"), layer).get(0);
    List<String> parts = attentionParts("pool", rows, layer);
    String attended = // one query for all images, which the product with the keys repeats
        new OnnxAttention("pool.attention", 1, positions, vit.heads(), vit.width())
            .of(graph, probe, parts.get(1), parts.get(2));
    String y = graph.linear("pool.out", attended, layer + "attn.out_proj");
    return graph.sum("pooled", y, mlp("pool", norm("pool.ln", y, layer + "ln"), layer));
  }

  /** Query, key and value of rows. */
  private List<String> attentionParts(String name, String rows, String layer) {
    String in = // (B L, 3W)
        graph.linear(
            name + ".qkv", rows, layer + "attn.in_proj_weight", layer + "attn.in_proj_bias");
    return graph.split(name + ".parts", in, 1, 3);
  }

  private String mlp(String name, String normed, String layer) {
    String hidden = graph.linear(name + ".fc", normed, layer + "mlp.c_fc");
    hidden =
        switch (config.visionActivation()) {
          case QUICK_GELU -> graph.quickGelu(name + ".gelu", hidden);
          case GELU -> graph.gelu(name + ".gelu", hidden);
          case GELU_PYTORCH_TANH -> graph.geluTanh(name + ".gelu", hidden);
        };
    return graph.linear(name + ".proj", hidden, layer + "mlp.c_proj");
  }

  private String readAtClass(String pixels) {
    int width = vit.width();
    String patches = graph.convolution("patches", pixels, "visual.conv1.weight", vit.patch(), 0);
    patches = graph.reshape("patches.flat", patches, 0, width, positions - 1);
    patches = graph.transpose("patches.rows", patches, 0, 2, 1); // (B, patches, W)
    String classes = // (B, 1, W)
        graph.eachOfBatch("class", graph.weight("visual.class_embedding"), pixels, width);
    String x = graph.concat("tokens", 1, classes, patches);
    x = graph.sum("tokens.placed", x, graph.weight("visual.positional_embedding"));
    x = norm("ln_pre", x, "visual.ln_pre");
    x = graph.reshape("rows", x, -1, width); // (B L, W)
    for (int i = 0; i < vit.layers(); i++) {
      x = block(x, i, i == vit.layers() - 1);
    }
    x = norm("ln_post", x, "visual.ln_post");
    String projected = graph.matmul("projected", x, graph.weight("visual.proj"));
    String bias = "visual.proj.bias";
    return graph.has(bias)
        ? graph.sum("projected.placed", projected, graph.weight(bias))
        : projected;
  }

  private String norm(String name, String x, String layer) {
    return graph.layerNorm(name, x, layer, config.form().visionEpsilon());
  }

  /**
   * A residual block.
   *
   * @param x (B L, W)
   * @param last whether only the class rows are read of it
   * @return (B L, W), or (B, W) of the last
   */
  private String block(String x, int number, boolean last) {
    String name = "block." + number;
    String layer = "visual.transformer.resblocks." + number + ".";
    String normed = norm(name + ".ln_1", x, layer + "ln_1");
    List<String> parts = attentionParts(name, normed, layer);
    String queries = last ? classRows(name + ".query", parts.get(0)) : parts.get(0);
    String attended =
        new OnnxAttention(
                name + ".attention", last ? 1 : positions, positions, vit.heads(), vit.width())
            .of(graph, queries, parts.get(1), parts.get(2));
    String out = graph.linear(name + ".out", attended, layer + "attn.out_proj");
    String before = last ? classRows(name + ".class", x) : x;
    String y = graph.sum(name + ".sum_1", before, out);
    String hidden = norm(name + ".ln_2", y, layer + "ln_2");
    return graph.sum(name + ".sum_2", y, mlp(name, hidden, layer));
  }

  /** (B L, W) to the first rows of each image, (B, W). */
  private String classRows(String name, String rows) {
    String byPicture = graph.reshape(name + ".pictures", rows, -1, positions, vit.width());
    return graph.select(name, byPicture, 1, 0);
  }
}
