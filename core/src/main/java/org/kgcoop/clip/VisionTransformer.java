package org.kgcoop.clip;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Linear;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * A vision transformer. {@link ClipConfig.ImageForm} says which parts it has around its blocks:
 * CLIP's has a CLS token and a norm before the blocks, and its feature comes from the CLS token.
 * SigLIP's has neither; its feature comes from an attention pooling. Perception Encoder's has a
 * pooling and rotary positions.
 *
 * <p>With prompt tokens in its blocks, or with terms on its projections, it computes the published
 * function without unused parts. If the next block replaces prompt tokens, a block uses only their
 * keys and values, computed once for all images. The last block computes only the tokens that are
 * read.
 */
public final class VisionTransformer implements ImageEncoder, AutoCloseable {
  private static final String BIAS = "visual.proj.bias";

  private final int patch;
  private final int width; // W
  private final Tensor patchWeight; // (W, channels, patch, patch)
  private final @Nullable Tensor patchBias; // (W)
  private final @Nullable Tensor classEmbedding; // (W)
  private final Tensor positions; // (class and patches, W)
  private final @Nullable Norm preNorm;
  private final List<TransformerBlock> blocks = new ArrayList<>();
  private final Norm postNorm;
  private final @Nullable AttentionPool pool;
  private final @Nullable RotaryPositions rotation;
  private final @Nullable Tensor projection; // (W, E), of the CLS token or the pooling
  private final @Nullable Tensor projectionBias; // (E), in some models from timm

  /** Loads the encoder of a configuration whose image encoder is a vision transformer. */
  public VisionTransformer(WeightSource weights, ClipConfig config) {
    ClipConfig.Vit vit = (ClipConfig.Vit) config.vision();
    ClipConfig.ImageForm form = vit.form();
    width = vit.width();
    int grid = config.imageResolution() / vit.patch();
    patch = vit.patch();
    double epsilon = vit.epsilon();
    patchWeight = weights.compute("visual.conv1.weight", width, config.channels(), patch, patch);
    patchBias = form.patchBias() ? weights.get("visual.conv1.bias", width) : null;
    classEmbedding = form.classToken() ? weights.get("visual.class_embedding", width) : null;
    long rows = form.rowsBesidePatches() + (long) grid * grid;
    positions = weights.get("visual.positional_embedding", rows, width);
    preNorm = form.preNorm() ? new Norm(weights, "visual.ln_pre", width, epsilon) : null;
    rotation = form.rotary() ? new RotaryPositions(config, weights.device()) : null;
    for (int i = 0; i < vit.layers(); i++) {
      blocks.add(
          new TransformerBlock(
              weights,
              "visual.transformer.resblocks." + i + ".",
              width,
              vit.heads(),
              vit.activation(),
              epsilon,
              Linear.Packs.ALWAYS,
              rotation,
              false));
    }
    postNorm = new Norm(weights, "visual.ln_post", width, epsilon);
    pool = form.attentionPool() ? new AttentionPool(weights, config) : null;
    int embedDim = config.embedDim();
    projection = form.projected() ? weights.get("visual.proj", width, embedDim) : null;
    projectionBias =
        form.projected() && weights.rows(BIAS, 0) > 0 ? weights.get(BIAS, embedDim) : null;
  }

  @Override
  public Tensor features(Tensor images) {
    long batch = images.size(0);
    Tensor x = embedded(images);
    if (pool != null) {
      return pooled(through(blocks, x, batch), batch);
    }
    int last = blocks.size() - 1;
    Tensor rows = through(blocks.subList(0, last), x, batch);
    return project(postNorm.of(blocks.get(last).classRows(rows, batch, null)));
  }

  /** Computes features from the output of the last block, with the pooling: (B L, W) to (B, E). */
  private Tensor pooled(Tensor x, long batch) {
    return project(Objects.requireNonNull(pool, "a pooling").of(postNorm.of(x), batch));
  }

  /**
   * Computes the tokens of images in front of a block: CLS token, if there is one, then patches.
   *
   * @param images (B, channels, R, R), normalized
   * @param block counted from 0
   * @return (B, L, W)
   */
  public Tensor rows(Tensor images, int block) {
    long batch = images.size(0);
    return through(blocks.subList(0, block), embedded(images), batch).reshape(batch, -1, width);
  }

  /**
   * Computes image features, before scaling to unit length.
   *
   * @param rows (B, L, W) in front of the first block of the prompts
   * @return (B, E)
   */
  public Tensor features(Tensor rows, DeepPrompts prompts) {
    int last = blocks.size() - 1;
    Tensor x = beforeLast(rows, prompts);
    return project(postNorm.of(blocks.get(last).classRows(x, rows.size(0), prompt(prompts, last))));
  }

  /**
   * Computes image features with terms on the projections, before scaling to unit length.
   *
   * @param rows (B, L, W) in front of a block
   * @param first this block, counted from 0
   * @param additions the terms of each block from the first on
   * @return (B, E)
   */
  public Tensor features(Tensor rows, int first, IntFunction<ProjectionDeltas> additions) {
    long batch = rows.size(0);
    Tensor x = rows.reshape(-1, width);
    for (int i = first; i < blocks.size() - 1; i++) {
      x = blocks.get(i).with(additions.apply(i)).images(x, batch, null);
    }
    TransformerBlock last = blocks.get(blocks.size() - 1).with(additions.apply(blocks.size() - 1));
    return pool == null
        ? project(postNorm.of(last.classRows(x, batch, null)))
        : pooled(last.images(x, batch, null), batch);
  }

  /**
   * The tokens that are read from the encoder, after its last norm.
   *
   * @param classRows (B, W), for {@link #project}
   * @param tokens (B, n, W), the output of the last block for the prompt tokens
   */
  public record Output(Tensor classRows, Tensor tokens) {}

  /**
   * Computes the CLS tokens of images, and the output of the last block for the prompt tokens.
   *
   * @param rows (B, L, W) in front of the first block of the prompts
   * @param prompts prompt tokens in front of at least one block
   */
  public Output output(Tensor rows, DeepPrompts prompts) {
    long batch = rows.size(0);
    int last = blocks.size() - 1;
    Tensor x = beforeLast(rows, prompts);
    TransformerBlock block = blocks.get(last);
    Tensor prompt = prompt(prompts, last);
    Tensor behind =
        prompt == null ? block.images(x, batch, null) : block.classRowsAndBeside(x, batch, prompt);
    Tensor read = postNorm.of(behind).reshape(batch, -1, width); // (B, 1 + n, W), or (B, L + n, W)
    long before = prompt == null ? rows.size(1) : 1;
    return new Output(read.select(1, 0), read.narrow(1, before, read.size(1) - before));
  }

  /**
   * Computes the tokens in front of the last block. If the last block has no prompt tokens of its
   * own, those before it follow the tokens of each image.
   *
   * @param rows (B, L, W)
   * @return (B L', W)
   */
  private Tensor beforeLast(Tensor rows, DeepPrompts prompts) {
    long batch = rows.size(0);
    Tensor x = rows.reshape(-1, width);
    for (int i = prompts.first(); i < blocks.size() - 1; i++) {
      TransformerBlock block = blocks.get(i);
      Tensor prompt = prompt(prompts, i);
      if (prompts.before(i + 1).isPresent()) {
        Tensor all = block.images(x, batch, prompt).reshape(batch, -1, width);
        x = all.narrow(1, 0, rows.size(1)).reshape(-1, width);
      } else {
        Tensor all = prompt == null ? x : TransformerBlock.withEach(x, batch, prompt);
        x = block.images(all, batch, null);
      }
    }
    return x;
  }

  /** Returns the prompt tokens in front of a block, or null if it has none of its own. */
  private @Nullable Tensor prompt(DeepPrompts prompts, int block) {
    return prompts
        .before(block)
        .map(rows -> block == 0 && prompts.normed() ? preNorm(rows) : rows)
        .orElse(null);
  }

  /** Computes the tokens in front of the first block: (B, L, W). */
  private Tensor embedded(Tensor images) {
    Tensor x = // (B, patches, W)
        Functions.conv2d(images.to(patchWeight.dtype()), patchWeight, patch, 0)
            .reshape(images.size(0), width, -1)
            .transpose(1, 2)
            .to(DType.FLOAT32);
    if (patchBias != null) {
      x = x.plus(patchBias);
    }
    if (classEmbedding != null) {
      x = Tensor.concat(List.of(classEmbedding.expand(x.size(0), 1, width), x), 1);
      return preNorm(x.plus(positions));
    }
    // A model that keeps the shape of an image has no CLS token.
    long rows = images.size(2) / patch;
    return preNorm(x.plus(ResizedPositions.of(positions, rows, images.size(3) / patch)));
  }

  /** Applies the norm in front of the first block, if there is one: (..., W) to (..., W). */
  private Tensor preNorm(Tensor rows) {
    return preNorm == null ? rows : preNorm.of(rows);
  }

  /** Returns the number of blocks. */
  public int layers() {
    return blocks.size();
  }

  /** Returns the width of the tokens, W. */
  public int width() {
    return width;
  }

  /** Returns true if the feature is that of a CLS token. */
  boolean readsClassToken() {
    return pool == null;
  }

  /** Computes some blocks: (B, L, W) to (B L, W). What only one block needs is freed after it. */
  private Tensor through(List<TransformerBlock> some, Tensor x, long batch) {
    Tensor rows = x.reshape(-1, width);
    for (TransformerBlock block : some) {
      try (Scope scope = Scope.open("block")) {
        rows = scope.promote(block.images(rows, batch, null));
      }
    }
    return rows;
  }

  /** Projects CLS tokens after the last norm, or the pooling, to features: (B, W) to (B, E). */
  public Tensor project(Tensor rows) {
    Tensor features = projection == null ? rows : rows.matmul(projection);
    return projectionBias == null ? features : features.plus(projectionBias);
  }

  /** Frees the packed copies of the weights. Others own the weights. */
  @Override
  public void close() {
    blocks.forEach(TransformerBlock::close);
    if (pool != null) {
      pool.close();
    }
    if (rotation != null) {
      rotation.close();
    }
  }
}
