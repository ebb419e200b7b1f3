package org.kgcoop.clip;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Linear;
import org.kgcoop.tensor.Tensor;

/**
 * A vision transformer. CLIP's has a CLS token and a norm before the blocks, and its feature comes
 * from the CLS token. SigLIP's has neither; its feature comes from an attention pooling.
 */
public final class VisionTransformer implements ImageEncoder, AutoCloseable {
  private static final String BIAS = "visual.proj.bias";

  private final int patch;
  private final int width; // W
  private final double epsilon; // epsilon of the norms
  private final Tensor patchWeight; // (W, channels, patch, patch)
  private final Tensor positions; // (class and patches, W)
  private final List<TransformerBlock> blocks = new ArrayList<>();
  private final Tensor postWeight; // (W)
  private final Tensor postBias; // (W)
  private final Ends ends;

  /** The parts that differ between the families. */
  private sealed interface Ends permits OfClip, OfSiglip {}

  /**
   * The parts of CLIP.
   *
   * @param classEmbedding (W)
   * @param preWeight (W)
   * @param preBias (W)
   * @param projection (W, E)
   * @param projectionBias (E), in some models from timm
   */
  private record OfClip(
      Tensor classEmbedding,
      Tensor preWeight,
      Tensor preBias,
      Tensor projection,
      @Nullable Tensor projectionBias)
      implements Ends {
    Tensor projected(Tensor read) {
      Tensor features = read.matmul(projection);
      return projectionBias == null ? features : features.plus(projectionBias);
    }
  }

  /**
   * The parts of SigLIP.
   *
   * @param patchBias (W)
   */
  private record OfSiglip(Tensor patchBias, AttentionPool pool) implements Ends {}

  public VisionTransformer(WeightSource weights, ClipConfig config, ClipConfig.Vit vit) {
    width = vit.width();
    int grid = config.imageResolution() / vit.patch();
    patch = vit.patch();
    epsilon = config.form().visionEpsilon();
    patchWeight = weights.compute("visual.conv1.weight", width, config.channels(), patch, patch);
    long rows = vit.rowsBesidePatches() + (long) grid * grid;
    positions = weights.get("visual.positional_embedding", rows, width);
    for (int i = 0; i < vit.layers(); i++) {
      blocks.add(
          new TransformerBlock(
              weights,
              "visual.transformer.resblocks." + i + ".",
              width,
              vit.heads(),
              config.visionActivation(),
              epsilon,
              Linear.Packs.WITH_GRADIENTS));
    }
    postWeight = weights.get("visual.ln_post.weight", width);
    postBias = weights.get("visual.ln_post.bias", width);
    ends =
        switch (vit.family()) {
          case CLIP ->
              new OfClip(
                  weights.get("visual.class_embedding", width),
                  weights.get("visual.ln_pre.weight", width),
                  weights.get("visual.ln_pre.bias", width),
                  weights.get("visual.proj", width, config.embedDim()),
                  weights.rows(BIAS, 0) > 0 ? weights.get(BIAS, config.embedDim()) : null);
          case SIGLIP ->
              new OfSiglip(
                  weights.get("visual.conv1.bias", width),
                  new AttentionPool(
                      weights,
                      "visual.pool.",
                      width,
                      vit.heads(),
                      config.visionActivation(),
                      epsilon));
        };
  }

  @Override
  public Tensor features(Tensor images) {
    long batch = images.size(0);
    Tensor patches = patches(images);
    if (ends instanceof OfSiglip siglip) {
      Tensor x = patches.plus(siglip.patchBias()).plus(positions);
      return siglip.pool().of(norm(through(blocks, x, batch)), batch);
    }
    return features(before((OfClip) ends, patches), 0);
  }

  /**
   * Computes the tokens of images in front of a block of CLIP's encoder: CLS token, then patches.
   *
   * @param images (B, channels, R, R), normalized
   * @param block counted from 0
   * @return (B, L, W)
   */
  public Tensor rows(Tensor images, int block) {
    long batch = images.size(0);
    Tensor x = before(ofClip(), patches(images));
    return through(blocks.subList(0, block), x, batch).reshape(batch, -1, width);
  }

  /**
   * Computes some blocks of CLIP's encoder.
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
   * Computes image features from the tokens in front of a block of CLIP's encoder, before scaling
   * to unit length.
   *
   * @param rows (B, L, W); not necessarily all patches of an image
   * @param from the block, counted from 0
   * @return (B, E)
   */
  public Tensor features(Tensor rows, int from) {
    Tensor x = through(blocks.subList(from, blocks.size() - 1), rows, rows.size(0));
    return project(norm(blocks.get(blocks.size() - 1).classRows(x, rows.size(0))));
  }

  /** Embeds the patches: (B, patches, W). */
  private Tensor patches(Tensor images) {
    return Functions.conv2d(images.to(patchWeight.dtype()), patchWeight, patch, 0)
        .reshape(images.size(0), width, -1)
        .transpose(1, 2)
        .to(DType.FLOAT32);
  }

  /** Adds CLS token, positions and norm to patches, for the first block: (B, L, W). */
  private Tensor before(OfClip clip, Tensor patches) {
    Tensor classes = clip.classEmbedding().expand(patches.size(0), 1, width);
    return preNorm(Tensor.concat(List.of(classes, patches), 1).plus(positions));
  }

  private OfClip ofClip() {
    if (ends instanceof OfClip clip) {
      return clip;
    }
    throw new IllegalStateException("tokens of an encoder without a CLS token");
  }

  /** Applies the norm in front of the first block: (..., W) to (..., W). */
  Tensor preNorm(Tensor rows) {
    OfClip clip = ofClip();
    return Functions.layerNorm(rows, clip.preWeight(), clip.preBias(), epsilon);
  }

  List<TransformerBlock> blocks() {
    return blocks;
  }

  int width() {
    return width;
  }

  /** Returns true if the encoder has a CLS token, as CLIP's do. */
  public boolean hasClassRow() {
    return ends instanceof OfClip;
  }

  /** Computes some blocks: (B, L, W) to (B L, W). */
  private Tensor through(List<TransformerBlock> some, Tensor x, long batch) {
    Tensor rows = x.reshape(-1, width);
    for (TransformerBlock block : some) {
      rows = block.images(rows, batch);
    }
    return rows;
  }

  /** Applies the norm after the last block: (N, W) to (N, W). */
  Tensor norm(Tensor rows) {
    return Functions.layerNorm(rows, postWeight, postBias, epsilon);
  }

  /** Projects CLS tokens after this norm to features: (B, W) to (B, E). */
  Tensor project(Tensor classRows) {
    return ofClip().projected(classRows);
  }

  /** Frees the packed copies of the weights. Others own the weights. */
  @Override
  public void close() {
    blocks.forEach(TransformerBlock::close);
  }
}
