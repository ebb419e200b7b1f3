package org.kgcoop.clip;

import java.util.ArrayList;
import java.util.List;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Tensor;

/**
 * The text tower: causal transformer blocks over token embeddings, read at the end-of-text token.
 *
 * <p>Attention is causal and nothing after the end-of-text token is read, so texts may be cut
 * there: callers pass only as many positions as the longest of their texts has.
 */
public final class TextEncoder {
  private final int contextLength;
  private final Tensor tokenEmbedding; // (vocabulary, W)
  private final Tensor positions; // (context length, W)
  private final List<TransformerBlock> blocks = new ArrayList<>();
  private final Tensor normWeight; // (W)
  private final Tensor normBias; // (W)
  private final Tensor projection; // (W, E)

  TextEncoder(Weights weights, ClipConfig config) {
    int width = config.textWidth();
    contextLength = config.contextLength();
    tokenEmbedding = weights.get("token_embedding.weight", config.vocabularySize(), width);
    positions = weights.get("positional_embedding", contextLength, width);
    for (int i = 0; i < config.textLayers(); i++) {
      blocks.add(
          new TransformerBlock(
              weights,
              "transformer.resblocks." + i + ".",
              width,
              config.textHeads(),
              config.activation()));
    }
    normWeight = weights.get("ln_final.weight", width);
    normBias = weights.get("ln_final.bias", width);
    projection = weights.get("text_projection", width, config.embedDim());
  }

  /** The rows of the token embedding: (ids, W). */
  public Tensor embed(long[] tokenIds) {
    return tokenEmbedding.indexSelect(0, Tensor.of(tokenIds, tokenIds.length));
  }

  /** The whole token embedding: (vocabulary, W). */
  public Tensor tokenEmbedding() {
    return tokenEmbedding;
  }

  /**
   * Features of texts, before they are brought to unit length.
   *
   * @param embedded (N, L, W) token embeddings without positions, L at most the context length
   * @param endPositions for each text the position of its end-of-text token
   * @return (N, E)
   * @throws IllegalArgumentException where L is over the context length
   */
  public Tensor features(Tensor embedded, long[] endPositions) {
    long texts = embedded.size(0);
    long length = embedded.size(1);
    long width = embedded.size(2);
    if (length > contextLength) {
      throw new IllegalArgumentException(
          "texts: expected at most " + contextLength + " positions, got " + length);
    }
    Tensor x = embedded.plus(positions.narrow(0, 0, length));
    for (TransformerBlock block : blocks) {
      x = block.apply(x, true);
    }
    long[] rows = new long[endPositions.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = i * length + endPositions[i];
    }
    Tensor ends = // (N, W)
        x.reshape(texts * length, width).indexSelect(0, Tensor.of(rows, rows.length));
    return Functions.layerNorm(ends, normWeight, normBias).matmul(projection);
  }
}
