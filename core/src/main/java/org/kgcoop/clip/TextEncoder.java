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
 * The text encoder: transformer blocks over token embeddings, read at the end-of-text token.
 *
 * <p>Attention is causal and nothing after the end-of-text token is read, so texts may be cut
 * there: callers pass only as many positions as the longest of their texts has. Some models are not
 * causal; their texts are passed whole, filled up to the context length. SigLIP reads them at the
 * last position, mostly of what fills up.
 */
public final class TextEncoder implements AutoCloseable {
  private final int contextLength;
  private final boolean causal;
  private final boolean readsLast; // position, rather than the end of text
  private final double epsilon; // of the norms
  private final DType computeType;
  private final Device device;
  private final Tensor tokenEmbedding; // (vocabulary, W)
  private final Tensor positions; // (context length, W)
  private final List<TransformerBlock> blocks = new ArrayList<>();
  private final Tensor normWeight; // (W)
  private final Tensor normBias; // (W)
  private final Tensor projection; // (W, E)
  private final @Nullable Tensor projectionBias; // (E)

  TextEncoder(WeightSource weights, ClipConfig config) {
    int width = config.textWidth();
    contextLength = config.contextLength();
    causal = config.form().causal();
    readsLast = config.family() == Family.SIGLIP;
    epsilon = config.form().textEpsilon();
    computeType = weights.computeType();
    device = weights.device();
    tokenEmbedding = weights.get("token_embedding.weight", config.vocabularySize(), width);
    positions = weights.get("positional_embedding", contextLength, width);
    // A text that is not causal has rows enough by itself: packing saves nothing.
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

  /** The rows of the token embedding: (ids, W). */
  public Tensor embed(long[] tokenIds) {
    return Functions.rows(tokenEmbedding, Tensor.of(tokenIds, tokenIds.length).to(device));
  }

  /** The whole token embedding: (vocabulary, W). */
  public Tensor tokenEmbedding() {
    return tokenEmbedding;
  }

  /**
   * The layout that gives texts that begin alike to {@link #features}.
   *
   * @param sharedLength how many first positions all texts share, 0 for none; not used where the
   *     texts are not causal
   * @param ends for each text the position of its end of text
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
   * The layout from a block with deep prompts on: as {@link #layout}, of texts that are causal,
   * without a limit of positions.
   */
  public PackedTexts deepLayout(int sharedLength, int[] ends) {
    return PackedTexts.causal(sharedLength, ends, computeType, device);
  }

  /**
   * Features of texts, before they are brought to unit length.
   *
   * @param embedded (N, W) token embeddings without positions, in the order of the layout
   * @return (C, E)
   */
  public Tensor features(Tensor embedded, PackedTexts layout) {
    return features(embedded, layout, List.of(), List.of(), block -> ProjectionDeltas.NONE);
  }

  /**
   * The place of deep prompts in front of a block: they replace output of the blocks before, or
   * stand between it.
   *
   * @param block counted from 0
   * @param layout from that block on
   * @param gather (N of that layout), into the rows of [the layout before; deep prompts]
   */
  public record DeepLayout(int block, PackedTexts layout, Tensor gather) {
    private Tensor joined(Tensor x, Tensor prompts) {
      return Functions.rows(Tensor.concat(List.of(x, prompts), 0), gather);
    }
  }

  /**
   * Features of texts, before they are brought to unit length, with deep prompts, or with terms
   * beside projections.
   *
   * @param embedded (N, W) token embeddings without positions, in the order of the layout
   * @param deep the places of deep prompts, in the order of their blocks
   * @param prompts the deep prompts of each place, (rows, W)
   * @param additions of each block, counted from 0
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
    Tensor features = // of (C, W)
        Functions.layerNorm(x, normWeight, normBias, epsilon).matmul(projection);
    return projectionBias == null ? features : features.plus(projectionBias);
  }

  /** Frees what it has made of its weights, which belong to others. */
  @Override
  public void close() {
    blocks.forEach(TransformerBlock::close);
  }
}
