package org.kgcoop.clip.biomed;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.PackedTexts;
import org.kgcoop.clip.ProjectionDeltas;
import org.kgcoop.clip.TextEncoder;
import org.kgcoop.clip.TransformerBlock;
import org.kgcoop.clip.WeightSource;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Linear;
import org.kgcoop.tensor.Tensor;

/**
 * BERT as a text encoder. Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for
 * Language Understanding", NAACL 2019; projected as in OpenCLIP's {@code HFTextEncoder}.
 *
 * <pre>{@code
 * x = norm(word + position + type 0)
 * x = norm(x + attention(x)); x = norm(x + mlp(x))     in each block
 * feature = projection(x at the first position)        W2 gelu(W1 x), W x, or x
 * }</pre>
 *
 * <p>Padding is invisible and positions count from the left, so a text that is cut to its tokens
 * has the same feature. Learned vectors replace word embeddings, and the norm follows them.
 */
final class BertTextEncoder implements TextEncoder {
  /** The id of padding, which no token attends to. */
  static final int PADDING = 0;

  /** The names of the projection with a hidden layer; the names of OpenAI's files have none. */
  static final String HIDDEN = "text_projection.0.weight";

  static final String OUTPUT = "text_projection.2.weight";

  private final int contextLength;
  private final double epsilon; // epsilon of the norms
  private final DType computeType;
  private final Device device;
  private final Tensor wordEmbedding; // (vocabulary, W)
  private final Tensor positions; // (at least the context length, W)
  private final Tensor types; // (2, W), of a first and a second sentence
  private final Tensor normWeight; // (W)
  private final Tensor normBias; // (W)
  private final List<TransformerBlock> blocks = new ArrayList<>();
  private final @Nullable Projection mlp;
  private final @Nullable Tensor projection; // (W, E), if there is no mlp

  /**
   * A projection with a hidden layer: {@code W2 gelu(W1 x)}.
   *
   * @param hidden (W', W)
   * @param output (E, W')
   */
  private record Projection(Tensor hidden, Tensor output) {
    Tensor of(Tensor rows) {
      return Functions.linear(Functions.gelu(Functions.linear(rows, hidden, null)), output, null);
    }
  }

  BertTextEncoder(WeightSource weights, ClipConfig config) {
    int width = config.textWidth();
    contextLength = config.contextLength();
    epsilon = config.form().textEpsilon();
    computeType = weights.computeType();
    device = weights.device();
    wordEmbedding = weights.get("token_embedding.weight", config.vocabularySize(), width);
    String positionName = "positional_embedding";
    positions = weights.get(positionName, weights.rows(positionName, contextLength), width);
    types = weights.get("token_type_embedding.weight", 2, width);
    normWeight = weights.get("ln_pre.weight", width);
    normBias = weights.get("ln_pre.bias", width);
    for (int i = 0; i < config.textLayers(); i++) {
      blocks.add(
          TransformerBlock.withNormsLast(
              weights,
              "transformer.resblocks." + i + ".",
              width,
              config.textHeads(),
              config.activation(),
              epsilon,
              Linear.Packs.ALWAYS));
    }
    long hidden = weights.rows(HIDDEN, 0);
    mlp =
        hidden == 0
            ? null
            : new Projection(
                weights.get(HIDDEN, hidden, width), weights.get(OUTPUT, config.embedDim(), hidden));
    projection =
        hidden == 0 && weights.rows("text_projection", 0) > 0
            ? weights.get("text_projection", width, config.embedDim())
            : null;
  }

  @Override
  public Tensor embed(long[] tokenIds) {
    return Functions.rows(wordEmbedding, Tensor.of(tokenIds, tokenIds.length).to(device));
  }

  @Override
  public Tensor tokenEmbedding() {
    return wordEmbedding;
  }

  @Override
  public PackedTexts layout(int sharedLength, int[] ends) {
    int[] lengths = Arrays.stream(ends).map(end -> end + 1).toArray();
    return layout(lengths, Collections.nCopies(ends.length, new int[0]));
  }

  /** Creates a layout that also hides padding inside of a text, which a text can spell out. */
  @Override
  public PackedTexts layout(int sharedLength, List<int[]> tokens) {
    return layout(
        tokens.stream().mapToInt(text -> text.length).toArray(),
        tokens.stream()
            .map(text -> IntStream.range(0, text.length).filter(i -> text[i] == PADDING).toArray())
            .toList());
  }

  private PackedTexts layout(int[] lengths, List<int[]> hiddenPositions) {
    int longest = Arrays.stream(lengths).max().orElse(0);
    if (longest > contextLength) {
      throw new IllegalArgumentException(
          "texts: expected at most " + contextLength + " positions, got " + longest);
    }
    return PackedTexts.ofFirsts(lengths, hiddenPositions, computeType, device);
  }

  @Override
  public PackedTexts deepLayout(int sharedLength, int[] ends) {
    throw KgCoopException.configuration(
        "learned tokens inside the blocks of BERT are not published; try kgcoop");
  }

  @Override
  public Tensor features(
      Tensor embedded,
      PackedTexts layout,
      List<DeepLayout> deep,
      List<Tensor> prompts,
      IntFunction<ProjectionDeltas> additions) {
    if (!deep.isEmpty()) {
      throw new IllegalArgumentException("deep prompts in BERT");
    }
    Tensor sum =
        embedded.plus(Functions.rows(positions, layout.positions())).plus(types.narrow(0, 0, 1));
    Tensor x = Functions.layerNorm(sum, normWeight, normBias, epsilon);
    for (int i = 0; i < blocks.size(); i++) {
      TransformerBlock block = blocks.get(i).with(additions.apply(i));
      x = i == blocks.size() - 1 ? block.ends(x, layout) : block.texts(x, layout);
    }
    if (mlp != null) {
      return mlp.of(x);
    }
    return projection == null ? x : x.matmul(projection);
  }

  /** Frees the packed copies of the weights. Others own the weights. */
  @Override
  public void close() {
    blocks.forEach(TransformerBlock::close);
  }
}
