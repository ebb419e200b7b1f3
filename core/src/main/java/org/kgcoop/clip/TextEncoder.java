package org.kgcoop.clip;

import java.util.List;
import java.util.function.IntFunction;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Tensor;

/**
 * A text encoder. Its feature comes from one position of the text.
 *
 * <p>If attention is causal, nothing after the end-of-text token is read, so texts can be cut
 * there. The same is true if padding is hidden. All other texts are passed in full length, padded
 * to the context length. See {@link ClipConfig.TextForm#endsAtEndOfText}.
 */
public interface TextEncoder extends AutoCloseable {

  /** Returns token embeddings: (ids, W). */
  Tensor embed(long[] tokenIds);

  /** Returns the entire table of token embeddings: (vocabulary, W). */
  Tensor tokenEmbedding();

  /**
   * Creates a layout for {@link #features} of texts with a shared beginning.
   *
   * @param sharedLength the number of first positions that all texts share, 0 for none; ignored if
   *     texts are not causal
   * @param ends the position of the end of each text
   */
  PackedTexts layout(int sharedLength, int[] ends);

  /**
   * Creates a layout of texts with these tokens.
   *
   * @param tokens the id of each token of each text, -1 for learned vectors
   */
  default PackedTexts layout(int sharedLength, List<int[]> tokens) {
    return layout(sharedLength, tokens.stream().mapToInt(text -> text.length - 1).toArray());
  }

  /**
   * Creates the layout from a block with deep prompts on: as {@link #layout} for causal texts,
   * without a maximum length.
   */
  PackedTexts deepLayout(int sharedLength, int[] ends);

  /**
   * Computes text features, before scaling to unit length.
   *
   * @param embedded (N, W) token embeddings without positions, in the order of the layout
   * @return (C, E)
   */
  default Tensor features(Tensor embedded, PackedTexts layout) {
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
  record DeepLayout(int block, PackedTexts layout, Tensor gather) {
    /** Returns the states from this block on: (N of this layout, W). */
    Tensor joined(Tensor x, Tensor prompts) {
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
  Tensor features(
      Tensor embedded,
      PackedTexts layout,
      List<DeepLayout> deep,
      List<Tensor> prompts,
      IntFunction<ProjectionDeltas> additions);

  /** Frees the packed copies of the weights. Others own the weights. */
  @Override
  void close();
}
