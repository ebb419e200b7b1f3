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
 * A text encoder of transformer blocks over token embeddings. {@link ClipConfig.TextForm} says how
 * its tokens attend, and where its feature is read.
 */
public final class TextTransformer implements TextEncoder {
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

  public TextTransformer(WeightSource weights, ClipConfig config) {
    int width = config.textWidth();
    contextLength = config.contextLength();
    causal = config.form().causal();
    readsLast = config.form().text().readsLast();
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
              packs,
              null));
    }
    normWeight = weights.get("ln_final.weight", width);
    normBias = weights.get("ln_final.bias", width);
    projection = weights.get("text_projection", width, config.embedDim());
    projectionBias = readsLast ? weights.get("text_projection.bias", config.embedDim()) : null;
  }

  @Override
  public Tensor embed(long[] tokenIds) {
    return Functions.rows(tokenEmbedding, Tensor.of(tokenIds, tokenIds.length).to(device));
  }

  @Override
  public Tensor tokenEmbedding() {
    return tokenEmbedding;
  }

  @Override
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

  @Override
  public PackedTexts deepLayout(int sharedLength, int[] ends) {
    return PackedTexts.causal(sharedLength, ends, computeType, device);
  }

  @Override
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
