package org.kgcoop.clip;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
 */
public final class VisionTransformer implements ImageEncoder, AutoCloseable {
  private static final String BIAS = "visual.proj.bias";

  private final int patch;
  private final int width; // W
  private final Tensor patchWeight; // (W, channels, patch, patch)
  private final @Nullable Tensor patchBias; // (W)
  private final @Nullable Tensor classEmbedding; // (W)
  private final Tensor positions; // (class and patches, W)
  private final Placement placement;
  private final @Nullable Norm preNorm;
  private final List<TransformerBlock> blocks = new ArrayList<>();
  private final Norm postNorm;
  private final @Nullable AttentionPool pool;
  private final @Nullable RotaryPositions rotation;
  private final @Nullable Tensor projection; // (W, E), of the CLS token or the pooling
  private final @Nullable Tensor projectionBias; // (E), in some models from timm

  /** A layer norm: (..., W) to (..., W). */
  private record Norm(Tensor weight, Tensor bias, double epsilon) {
    Norm(WeightSource weights, String prefix, int width, double epsilon) {
      this(weights.get(prefix + ".weight", width), weights.get(prefix + ".bias", width), epsilon);
    }

    Tensor of(Tensor rows) {
      return Functions.layerNorm(rows, weight, bias, epsilon);
    }
  }

  /** The positions of an image whose grid of patches may differ from that of the weights. */
  @FunctionalInterface
  public interface Placement {
    /**
     * Returns the positions of a grid.
     *
     * @param table as stored, (class and patches, W)
     * @return (class and rows columns, W)
     */
    Tensor of(Tensor table, long rows, long columns);
  }

  /** Loads the encoder of a configuration whose image encoder is a vision transformer. */
  public VisionTransformer(WeightSource weights, ClipConfig config) {
    this(weights, config, (table, rows, columns) -> table);
  }

  /** Loads an encoder of images of any size. */
  public VisionTransformer(WeightSource weights, ClipConfig config, Placement placement) {
    this.placement = placement;
    ClipConfig.Vit vit = (ClipConfig.Vit) config.vision();
    ClipConfig.ImageForm form = config.form().image();
    width = vit.width();
    int grid = config.imageResolution() / vit.patch();
    patch = vit.patch();
    double epsilon = config.form().visionEpsilon();
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
              config.visionActivation(),
              epsilon,
              Linear.Packs.ALWAYS,
              rotation));
    }
    postNorm = new Norm(weights, "visual.ln_post", width, epsilon);
    pool =
        form.attentionPool()
            ? new AttentionPool(
                weights,
                "visual.pool.",
                width,
                config.poolHeads(),
                config.visionActivation(),
                epsilon)
            : null;
    int embedDim = config.embedDim();
    projection = form.projected() ? weights.get("visual.proj", width, embedDim) : null;
    projectionBias =
        form.projected() && weights.rows(BIAS, 0) > 0 ? weights.get(BIAS, embedDim) : null;
  }

  @Override
  public Tensor features(Tensor images) {
    long batch = images.size(0);
    Tensor x = embedded(images);
    return pool == null ? features(x, 0) : pooled(through(blocks, x, batch), batch);
  }

  /** Computes features from the output of the last block, with the pooling: (B L, W) to (B, E). */
  Tensor pooled(Tensor x, long batch) {
    return project(Objects.requireNonNull(pool, "a pooling").of(norm(x), batch));
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
   * Computes some blocks.
   *
   * @param rows (B, L, W) in front of the first block; not necessarily all patches of an image
   * @param from the first block, counted from 0
   * @param to the block behind the last one
   * @return (B, L, W)
   */
  public Tensor rows(Tensor rows, int from, int to) {
    return through(blocks.subList(from, to), rows, rows.size(0)).reshape(rows.size(0), -1, width);
  }

  /**
   * Computes image features from the tokens in front of a block, before scaling to unit length, if
   * the feature is that of a CLS token.
   *
   * @param rows (B, L, W); not necessarily all patches of an image
   * @param from the block, counted from 0
   * @return (B, E)
   */
  public Tensor features(Tensor rows, int from) {
    Tensor x = through(blocks.subList(from, blocks.size() - 1), rows, rows.size(0));
    return project(norm(blocks.get(blocks.size() - 1).classRows(x, rows.size(0))));
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
    }
    return preNorm(x.plus(placement.of(positions, images.size(2) / patch, images.size(3) / patch)));
  }

  /** Applies the norm in front of the first block, if there is one: (..., W) to (..., W). */
  Tensor preNorm(Tensor rows) {
    return preNorm == null ? rows : preNorm.of(rows);
  }

  List<TransformerBlock> blocks() {
    return blocks;
  }

  int width() {
    return width;
  }

  /** Returns true if the feature is that of a CLS token. */
  public boolean readsClassToken() {
    return pool == null;
  }

  /** Computes some blocks: (B, L, W) to (B L, W). What only one block needs is freed after it. */
  private Tensor through(List<TransformerBlock> some, Tensor x, long batch) {
    Tensor rows = x.reshape(-1, width);
    for (TransformerBlock block : some) {
      try (Scope scope = Scope.open("block")) {
        rows = scope.promote(block.images(rows, batch));
      }
    }
    return rows;
  }

  /** Applies the norm after the last block: (N, W) to (N, W). */
  Tensor norm(Tensor rows) {
    return postNorm.of(rows);
  }

  /** Projects CLS tokens after this norm, or the pooling, to features: (B, W) to (B, E). */
  Tensor project(Tensor rows) {
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
