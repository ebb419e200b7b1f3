package org.kgcoop.clip;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Linear;
import org.kgcoop.tensor.Tensor;

/**
 * The text encoder. It consists of transformer blocks over token embeddings; the feature comes from
 * the end-of-text token.
 *
 * <p>Attention is causal and nothing after the end-of-text token is read, so texts can be cut
 * there. Callers pass only as many positions as the longest text has. Texts of models that are not
 * causal are passed in full length, padded to the context length. SigLIP reads the feature at the
 * last position, which is usually padding.
 */
public final class TextEncoder implements AutoCloseable {
  private final int contextLength;
  private final boolean causal;
  private final boolean readsLast; // position, instead of the end of text
  private final double epsilon; // epsilon of the norms
  private final DType computeType;
  private final Device device;
  private final Tensor tokenEmbedding; // (vocabulary, W)
  private final Tensor positions; // (context length, W)
  private final List<TransformerBlock> blocks = new ArrayList<>();
  private final Tensor normWeight; // (W)
  private final Tensor normBias; // (W)
  private final Tensor projection; // (W, E)
  private final @Nullable Tensor projectionBias; // (E)

  public TextEncoder(WeightSource weights, ClipConfig config) {
    int width = config.textWidth();
    contextLength = config.contextLength();
    causal = config.form().causal();
    readsLast = config.family() == Family.SIGLIP;
    epsilon = config.form().textEpsilon();
    computeType = weights.computeType();
    device = weights.device();
    tokenEmbedding = weights.get("token_embedding.weight", config.vocabularySize(), width);
    positions = weights.get("positional_embedding", contextLength, width);
    // Texts that are not causal have enough rows without packing.
    Linear.Packs packs = causal ? Linear.Packs.ALWAYS : Linear.Packs.NEVER;
    for (int i = 0; i < config.textLayers(); i++) {
      blocks.add(
          new TransformerBlock(
              weights,
              "transformer.resblocks." + i + ".",
              width,
              config.textHeads(),
              config.activation(),
              epsilon,
              packs));
    }
    normWeight = weights.get("ln_final.weight", width);
    normBias = weights.get("ln_final.bias", width);
    projection = weights.get("text_projection", width, config.embedDim());
    projectionBias = readsLast ? weights.get("text_projection.bias", config.embedDim()) : null;
  }

  /** Returns token embeddings: (ids, W). */
  public Tensor embed(long[] tokenIds) {
    return Functions.rows(tokenEmbedding, Tensor.of(tokenIds, tokenIds.length).to(device));
  }

  /** Returns the entire table of token embeddings: (vocabulary, W). */
  public Tensor tokenEmbedding() {
    return tokenEmbedding;
  }

  /**
   * Creates a layout for {@link #features} of texts with a shared beginning.
   *
   * @param sharedLength the number of first positions that all texts share, 0 for none; ignored if
   *     texts are not causal
   * @param ends the position of the end of each text
   */
  public PackedTexts layout(int sharedLength, int[] ends) {
    int length = 1 + Arrays.stream(ends).max().orElse(0);
    if (length > contextLength) {
      throw new IllegalArgumentException(
          "texts: expected at most " + contextLength + " positions, got " + length);
    }
    if (causal) {
      return PackedTexts.causal(sharedLength, ends, computeType, device);
    }
    int[] read = ends.clone();
    if (readsLast) {
      Arrays.fill(read, contextLength - 1);
    }
    return PackedTexts.whole(contextLength, read, device);
  }

  /**
   * Creates the layout from a block with deep prompts on: as {@link #layout} for causal texts,
   * without a maximum length.
   */
  public PackedTexts deepLayout(int sharedLength, int[] ends) {
    return PackedTexts.causal(sharedLength, ends, computeType, device);
  }

  /**
   * Computes text features, before scaling to unit length.
   *
   * @param embedded (N, W) token embeddings without positions, in the order of the layout
   * @return (C, E)
   */
  public Tensor features(Tensor embedded, PackedTexts layout) {
    return features(embedded, layout, List.of(), List.of(), block -> ProjectionDeltas.NONE);
  }

  /**
   * The place of deep prompts in front of a block: they replace or extend the states of the blocks
   * before.
   *
   * @param block counted from 0
   * @param layout the layout from this block on
   * @param gather (N of this layout), indices into the rows of [the layout before; deep prompts]
   */
  public record DeepLayout(int block, PackedTexts layout, Tensor gather) {
    private Tensor joined(Tensor x, Tensor prompts) {
      return Functions.rows(Tensor.concat(List.of(x, prompts), 0), gather);
    }
  }

  /**
   * Computes text features, before scaling to unit length, with deep prompts, or with terms on the
   * projections.
   *
   * @param embedded (N, W) token embeddings without positions, in the order of the layout
   * @param deep the places of deep prompts, in the order of their blocks
   * @param prompts the deep prompts of each place, (rows, W)
   * @param additions the terms of each block, counted from 0
   * @return (C, E)
   */
  public Tensor features(
      Tensor embedded,
      PackedTexts layout,
      List<DeepLayout> deep,
      List<Tensor> prompts,
      IntFunction<ProjectionDeltas> additions) {
    Tensor x = embedded.plus(Functions.rows(positions, layout.positions()));
    PackedTexts rows = layout;
    int next = 0;
    for (int i = 0; i < blocks.size(); i++) {
      if (next < deep.size() && deep.get(next).block() == i) {
        x = deep.get(next).joined(x, prompts.get(next));
        rows = deep.get(next).layout();
        next++;
      }
      TransformerBlock block = blocks.get(i).with(additions.apply(i));
      x = i == blocks.size() - 1 ? block.ends(x, rows) : block.texts(x, rows);
    }
    Tensor features = // from (C, W)
        Functions.layerNorm(x, normWeight, normBias, epsilon).matmul(projection);
    return projectionBias == null ? features : features.plus(projectionBias);
  }

  /** Frees the packed copies of the weights. Others own the weights. */
  @Override
  public void close() {
    blocks.forEach(TransformerBlock::close);
  }
}
