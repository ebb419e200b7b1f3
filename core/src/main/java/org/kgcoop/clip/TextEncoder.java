package org.kgcoop.clip;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Linear;
import org.kgcoop.tensor.Tensor;

/**
 * A text encoder of transformer blocks over token embeddings. Its feature comes from one position
 * of the text. {@link ClipConfig.TextForm} says how its tokens attend, and where its feature is
 * read.
 *
 * <p>If attention is causal, nothing after the end-of-text token is read, so texts can be cut
 * there. The same is true if padding is hidden. All other texts are passed in full length, padded
 * to the context length. See {@link ClipConfig.TextForm#endsAtEndOfText}.
 *
 * <p>BERT is of another form: Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers
 * for Language Understanding", NAACL 2019; projected as in OpenCLIP's {@code HFTextEncoder}.
 *
 * <pre>{@code
 * x = norm(word + position + type 0)
 * x = norm(x + attention(x)); x = norm(x + mlp(x))     in each block
 * feature = projection(x at the first position)        W2 gelu(W1 x), W x, or x
 * }</pre>
 *
 * <p>Its padding is invisible and positions count from the left, so a text that is cut to its
 * tokens has the same feature. Learned vectors replace word embeddings, and the norm follows them.
 */
public final class TextEncoder implements AutoCloseable {
  /** The id of BERT's padding, which no token attends to. */
  public static final int PADDING = 0;

  private static final String POSITIONS = "positional_embedding";
  private static final String PROJECTION = "text_projection";

  private final ClipConfig config;
  private final ClipConfig.TextForm form;
  private final DType computeType;
  private final Device device;
  private final Tensor tokenEmbedding; // (vocabulary, W)
  private final Tensor positions; // (at least the context length, W)
  private final @Nullable Tensor types; // (2, W), of a first and a second sentence of BERT
  private final List<TransformerBlock> blocks = new ArrayList<>();
  private final Norm norm; // behind the blocks, of BERT in front of them
  private final @Nullable Tensor hidden; // (W', W), of a projection with a hidden layer
  private final @Nullable Tensor projection; // (W, E), or (E, W') behind the hidden layer
  private final @Nullable Tensor projectionBias; // (E)

  TextEncoder(WeightSource weights, ClipConfig config) {
    this.config = config;
    form = config.text().form();
    computeType = weights.computeType();
    device = weights.device();
    int width = config.textWidth();
    double epsilon = config.text().epsilon();
    tokenEmbedding = weights.get("token_embedding.weight", config.vocabularySize(), width);
    positions = weights.get(POSITIONS, weights.rows(POSITIONS, config.contextLength()), width);
    types = form.isBert() ? weights.get("token_type_embedding.weight", 2, width) : null;
    for (int i = 0; i < config.textLayers(); i++) {
      blocks.add(
          new TransformerBlock(
              weights,
              "transformer.resblocks." + i + ".",
              width,
              config.textHeads(),
              config.text().activation(),
              epsilon,
              // Texts in full length have enough rows without packing.
              form.endsAtEndOfText() ? Linear.Packs.ALWAYS : Linear.Packs.NEVER,
              null,
              form.isBert()));
    }
    norm = new Norm(weights, form.isBert() ? "ln_pre" : "ln_final", width, epsilon);
    long rows = weights.rows(PROJECTION + ".0.weight", 0);
    hidden = rows > 0 ? weights.get(PROJECTION + ".0.weight", rows, width) : null;
    projection =
        rows > 0
            ? weights.get(PROJECTION + ".2.weight", config.embedDim(), rows)
            : weights.rows(PROJECTION, 0) > 0
                ? weights.get(PROJECTION, width, config.embedDim())
                : null;
    projectionBias = form.readsLast() ? weights.get(PROJECTION + ".bias", config.embedDim()) : null;
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
   * Creates a layout for {@link #features} of texts with these tokens and a shared beginning. Of
   * BERT, it also hides padding inside of a text, which a text can spell out.
   *
   * @param sharedLength the number of first positions that all texts share, 0 for none; ignored if
   *     texts are not causal
   * @param tokens the id of each token of each text up to its end, -1 for learned vectors
   */
  public PackedTexts layout(int sharedLength, List<int[]> tokens) {
    int[] lengths = tokens.stream().mapToInt(text -> text.length).toArray();
    int longest = Arrays.stream(lengths).max().orElse(0);
    if (longest > config.contextLength()) {
      throw new IllegalArgumentException(
          "texts: expected at most " + config.contextLength() + " positions, got " + longest);
    }
    int[] ends = Arrays.stream(lengths).map(length -> length - 1).toArray();
    if (form.isCausal()) {
      return PackedTexts.causal(sharedLength, ends, computeType, device);
    }
    if (!form.isBert()) {
      int last = config.contextLength() - 1;
      int[] read = form.readsLast() ? Arrays.stream(ends).map(end -> last).toArray() : ends;
      return PackedTexts.whole(config.contextLength(), read, device);
    }
    List<int[]> padding =
        tokens.stream()
            .map(text -> IntStream.range(0, text.length).filter(i -> text[i] == PADDING).toArray())
            .toList();
    return PackedTexts.ofFirsts(lengths, padding, computeType, device);
  }

  /**
   * Creates the layout of causal texts from a block with deep prompts on: as {@link #layout},
   * without a maximum length.
   *
   * @param ends the position of the end of each text
   */
  public PackedTexts deepLayout(int sharedLength, int[] ends) {
    if (form.isBert()) {
      throw KgCoopException.configuration(
          "learned tokens inside the blocks of BERT are not published; try kgcoop");
    }
    return PackedTexts.causal(sharedLength, ends, computeType, device);
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
    /** Returns the states from this block on: (N of this layout, W). */
    Tensor joined(Tensor x, Tensor prompts) {
      return Functions.rows(Tensor.concat(List.of(x, prompts), 0), gather);
    }
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
    if (types != null) {
      x = norm.of(x.plus(types.narrow(0, 0, 1)));
    }
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
    return projected(types == null ? norm.of(x) : x);
  }

  /** Projects rows to features: (C, W) to (C, E). */
  private Tensor projected(Tensor x) {
    if (projection == null) {
      return x;
    }
    if (hidden != null) {
      return Functions.linear(Functions.gelu(Functions.linear(x, hidden, null)), projection, null);
    }
    Tensor features = x.matmul(projection);
    return projectionBias == null ? features : features.plus(projectionBias);
  }

  /** Frees the packed copies of the weights. Others own the weights. */
  @Override
  public void close() {
    blocks.forEach(TransformerBlock::close);
  }
}
