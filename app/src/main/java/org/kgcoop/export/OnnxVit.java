package org.kgcoop.export;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.RotaryPositions;
import org.kgcoop.clip.TunedImageEncoder;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.Tensor;

/** Writes the nodes of {@link org.kgcoop.clip.VisionTransformer}, also with trained tokens. */
final class OnnxVit {
  private final OnnxGraph graph;
  private final ClipConfig config;
  private final ClipConfig.Vit vit;
  private final String pixels;
  private final TunedImageEncoder learned;
  private final int side; // patches per side of the position table
  private final int own; // tokens of an image: patches, and the CLS token if there is one
  private int positions; // the same, and the prompt tokens that stay in the sequence

  private OnnxVit(
      OnnxGraph graph,
      String pixels,
      ClipConfig config,
      ClipConfig.Vit vit,
      boolean anyGrid,
      TunedImageEncoder learned) {
    this.graph = graph;
    this.pixels = pixels;
    this.config = config;
    this.vit = vit;
    this.learned = learned;
    side = config.imageResolution() / vit.patch();
    own = anyGrid ? OnnxGraph.VARIABLE : config.imageForm().rowsBesidePatches() + side * side;
    positions = own;
  }

  /**
   * Adds the encoder.
   *
   * @param name of the features
   * @param pixels (B, channels, R, R), or (B, channels, height, width)
   * @param anyGrid true for a model that keeps the shape of an image
   * @param learned tokens and a mix; the graph contains the weights
   * @return (B, E), unit rows unless they are mixed
   */
  static String add(
      OnnxGraph graph,
      String name,
      String pixels,
      ClipConfig config,
      ClipConfig.Vit vit,
      boolean anyGrid,
      TunedImageEncoder learned) {
    return new OnnxVit(graph, pixels, config, vit, anyGrid, learned).features(name);
  }

  private String features(String name) {
    if (config.imageForm().attentionPool()) {
      String pooled = pooled();
      return graph.unitRows(name, config.imageForm().projected() ? project(pooled) : pooled);
    }
    String read = readAtClass();
    TunedImageEncoder.TokenMix mix = learned.mix().orElse(null);
    return mix == null ? graph.unitRows(name, project(read)) : mixed(name, read, mix);
  }

  private String pooled() {
    String x = embedded();
    for (int i = 0; i < vit.layers(); i++) {
      x = block(x, i, null, Read.ALL);
    }
    return pool(norm("ln_post", x, "visual.ln_post"));
  }

  /** Returns the tokens in front of the first block, (B L, W). */
  private String embedded() {
    ClipConfig.ImageForm form = config.imageForm();
    int width = vit.width();
    String patches = graph.convolution("patches", pixels, "visual.conv1", vit.patch(), 0);
    String placed =
        own == OnnxGraph.VARIABLE
            ? new OnnxPositions(graph, side, width).of(patches)
            : graph.weight("visual.positional_embedding");
    patches = graph.reshape("patches.flat", patches, 0, width, own - form.rowsBesidePatches());
    String x = graph.transpose("patches.rows", patches, 0, 2, 1); // (B, patches, W)
    if (form.classToken()) {
      String classes = // (B, 1, W)
          graph.eachOfBatch("class", graph.weight("visual.class_embedding"), pixels, 1, width);
      x = graph.concat("tokens", 1, classes, x);
    }
    x = graph.sum("tokens.placed", x, placed);
    if (form.preNorm()) {
      x = norm("ln_pre", x, "visual.ln_pre");
    }
    return graph.reshape("rows", x, -1, width);
  }

  /** (B L, W) to (B, W). */
  private String pool(String rows) {
    String layer = "visual.pool.";
    String probe = attentionParts("pool.probe", graph.weight(layer + "probe"), layer).get(0);
    List<String> parts = attentionParts("pool", rows, layer);
    String attended = // one query for all images, which the product with the keys broadcasts
        new OnnxAttention("pool.attention", 1, positions, config.poolHeads(), vit.width())
            .of(graph, probe, parts.get(1), parts.get(2));
    String y = graph.linear("pool.out", attended, layer + "attn.out_proj");
    return graph.sum("pooled", y, mlp("pool", norm("pool.ln", y, layer + "ln"), layer));
  }

  /** Adds query, key and value of tokens. */
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

  /**
   * Returns the tokens after the last norm: the CLS tokens, (B, W). With a mix, the output of the
   * last block for the prompt tokens follows, at the end of (B (1 + n), W) or (B (L + n), W).
   */
  private String readAtClass() {
    String x = embedded();
    int last = vit.layers() - 1;
    for (int i = 0; i < last; i++) {
      String beside = learnedRows(i);
      boolean exchanged = learned.prompts().before(i + 1).isPresent();
      if (beside != null && !exchanged) { // they become tokens of the image
        x = withEach("block." + i + ".together", x, own, beside, count(i));
        positions = own + count(i);
        beside = null;
      }
      x = block(x, i, beside, Read.ALL);
      if (exchanged && positions > own) {
        x = ownRows("block." + i + ".own", x);
      }
    }
    String beside = learnedRows(last);
    Read read =
        learned.mix().isEmpty() ? Read.CLASS : beside == null ? Read.ALL : Read.CLASS_AND_BESIDE;
    return norm("ln_post", block(x, last, beside, read), "visual.ln_post");
  }

  /** Projects CLS tokens after the last norm to features: (B, W) to (B, E). */
  private String project(String classRows) {
    String projected = graph.matmul("projected", classRows, graph.weight("visual.proj"));
    String bias = "visual.proj.bias";
    return graph.has(bias)
        ? graph.sum("projected.placed", projected, graph.weight(bias))
        : projected;
  }

  /** Mixes the tokens to (B, E). */
  private String mixed(String name, String read, TunedImageEncoder.TokenMix mix) {
    List<Tensor> prompts = learned.prompts().tokens();
    int count = (int) prompts.get(prompts.size() - 1).size(0);
    int before = learned.prompts().before(vit.layers() - 1).isPresent() ? 1 : own;
    String byImage = graph.reshape("read", read, -1, before + count, vit.width());
    String classToken =
        graph.unitRows("read.class.unit", project(graph.select("read.class", byImage, 1, 0)));
    String tokens = graph.slice("read.tokens", byImage, 1, before, before + count);
    String tokenMean =
        graph.unitRows(
            "read.tokens.unit",
            graph.matmul(
                "read.tokens.projected",
                graph.reshape(
                    "read.tokens.rows", graph.mean("read.tokens.mean", tokens, 1), -1, vit.width()),
                graph.constant(StoredTensor.of("learned.projection", mix.projection()))));
    return graph.sum(
        name,
        graph.times("read.class.share", classToken, mix.share()),
        graph.times("read.tokens.share", tokenMean, 1 - mix.share()));
  }

  private String norm(String name, String x, String layer) {
    return graph.layerNorm(name, x, layer, config.visionEpsilon());
  }

  /** Returns the prompt tokens of a block, (n, W), or null if it has none of its own. */
  private @Nullable String learnedRows(int block) {
    Tensor rows = learned.prompts().before(block).orElse(null);
    if (rows == null) {
      return null;
    }
    String constant = graph.constant(StoredTensor.of("learned.rows." + block, rows));
    return block == 0 && learned.prompts().normed() && config.imageForm().preNorm()
        ? norm("learned.rows.ln_pre", constant, "visual.ln_pre")
        : constant;
  }

  private int count(int block) {
    return (int) learned.prompts().before(block).orElseThrow().size(0);
  }

  /** Appends tokens to those of each image: (B L, W) and (n, W) to (B (L + n), W). */
  private String withEach(String name, String x, int length, String rows, int count) {
    String byImage = graph.reshape(name + ".images", x, -1, length, vit.width());
    String each = graph.eachOfBatch(name + ".each", rows, pixels, count, vit.width());
    return graph.reshape(name, graph.concat(name + ".all", 1, byImage, each), -1, vit.width());
  }

  /** Removes the prompt tokens from each image. */
  private String ownRows(String name, String x) {
    String byImage = graph.reshape(name + ".images", x, -1, positions, vit.width());
    positions = own;
    return graph.reshape(name, graph.slice(name + ".first", byImage, 1, 0, own), -1, vit.width());
  }

  /** The tokens of a block that are read. */
  private enum Read {
    ALL,
    CLASS,
    CLASS_AND_BESIDE
  }

  /**
   * Adds a residual block. Images may attend to prompt tokens, which are the same for all of them.
   * Runtimes that fold constants compute the parts without an image only once.
   *
   * @param x (B L, W)
   * @param beside (n, W), or null
   * @return (B L, W); (B, W) for only the CLS tokens, (B (1 + n), W) with the prompt tokens
   */
  private String block(String x, int number, @Nullable String beside, Read read) {
    String name = "block." + number;
    String layer = "visual.transformer.resblocks." + number + ".";
    List<String> parts = attentionParts(name, norm(name + ".ln_1", x, layer + "ln_1"), layer);
    String queries = read == Read.ALL ? parts.get(0) : classRows(name + ".query", parts.get(0));
    String before = read == Read.ALL ? x : classRows(name + ".class", x);
    String keys = parts.get(1);
    if (config.imageForm().rotary()) {
      queries = rotated(name + ".queries", queries);
      keys = rotated(name + ".keys", keys);
    }
    String values = parts.get(2);
    int queried = read == Read.ALL ? positions : 1;
    int keyPositions = positions;
    if (beside != null) {
      int count = count(number);
      List<String> others =
          attentionParts(
              name + ".beside", norm(name + ".beside.ln_1", beside, layer + "ln_1"), layer);
      keys = withEach(name + ".keys", keys, positions, others.get(1), count);
      values = withEach(name + ".values", values, positions, others.get(2), count);
      keyPositions += count;
      if (read == Read.CLASS_AND_BESIDE) {
        queries = withEach(name + ".queries", queries, 1, others.get(0), count);
        before = withEach(name + ".read", before, 1, beside, count);
        queried += count;
      }
    }
    String attended =
        new OnnxAttention(name + ".attention", queried, keyPositions, vit.heads(), vit.width())
            .of(graph, queries, keys, values);
    String out = graph.linear(name + ".out", attended, layer + "attn.out_proj");
    String y = graph.sum(name + ".sum_1", before, out);
    String hidden = norm(name + ".ln_2", y, layer + "ln_2");
    return graph.sum(name + ".sum_2", y, mlp(name, hidden, layer));
  }

  /** Rotates the queries or keys of images, (B L, W), see {@link RotaryPositions}. */
  private String rotated(String name, String rows) {
    float[] angles = RotaryPositions.angles(config);
    int pairs = vit.width() / vit.heads() / 2;
    String cosines =
        graph.constant(
            StoredTensor.ofFloats(
                "rotary.cosines", new long[] {own, 1, pairs, 1}, RotaryPositions.cosines(angles)));
    String sines =
        graph.constant(
            StoredTensor.ofFloats(
                "rotary.sines", new long[] {own, 1, pairs, 2}, RotaryPositions.sines(angles)));
    String each = graph.reshape(name + ".pairs", rows, -1, own, vit.heads(), pairs, 2);
    String swapped =
        graph.concat(
            name + ".swapped",
            4,
            graph.slice(name + ".second", each, 4, 1, 2),
            graph.slice(name + ".first", each, 4, 0, 1));
    String sum =
        graph.sum(
            name + ".rotated",
            graph.times(name + ".cosines", each, cosines),
            graph.times(name + ".sines", swapped, sines));
    return graph.reshape(name + ".placed", sum, -1, vit.width());
  }

  /** Selects the first token of each image: (B L, W) to (B, W). */
  private String classRows(String name, String rows) {
    String byImage = graph.reshape(name + ".images", rows, -1, positions, vit.width());
    return graph.select(name, byImage, 1, 0);
  }
}
