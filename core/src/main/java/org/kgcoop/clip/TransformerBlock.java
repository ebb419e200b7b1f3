package org.kgcoop.clip;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Linear;
import org.kgcoop.tensor.Tensor;

/**
 * A residual block of either tower: {@code x + attention(norm(x))}, then {@code x + mlp(norm(x))}.
 * Everything but attention works on rows, (N, W), whatever image or text they belong to.
 *
 * <p>The residual stream and the norms are float32; the matrix products have the type of their
 * weights, which is float32 or bf16.
 */
final class TransformerBlock implements AutoCloseable {
  private final int heads;
  private final double epsilon; // of the norms
  private final DType computeType;
  private final Tensor norm1Weight; // (W)
  private final Tensor norm1Bias; // (W)
  private final Tensor inWeight; // (3W, W): query, key, value
  private final Tensor inBias; // (3W)
  private final int width;
  private final Linear in; // to (3W)
  private final Linear out;
  private final Tensor norm2Weight; // (W)
  private final Tensor norm2Bias; // (W)
  private final Mlp mlp;

  /**
   * Takes the block whose names start with {@code prefix}, such as {@code
   * transformer.resblocks.0.}.
   *
   * @param texts whether it is the text tower's, whose few rows go through the same weights in
   *     every step
   */
  TransformerBlock(
      WeightSource weights,
      String prefix,
      int width,
      int heads,
      Activation activation,
      double epsilon,
      boolean texts) {
    this.heads = heads;
    this.width = width;
    this.epsilon = epsilon;
    norm1Weight = weights.get(prefix + "ln_1.weight", width);
    norm1Bias = weights.get(prefix + "ln_1.bias", width);
    inWeight = weights.compute(prefix + "attn.in_proj_weight", 3L * width, width);
    inBias = weights.compute(prefix + "attn.in_proj_bias", 3L * width);
    Linear.Packs packs = texts ? Linear.Packs.ALWAYS : Linear.Packs.WITH_GRADIENTS;
    in = new Linear(inWeight, inBias, 1, packs);
    out =
        new Linear(
            weights.compute(prefix + "attn.out_proj.weight", width, width),
            weights.compute(prefix + "attn.out_proj.bias", width),
            1,
            packs);
    norm2Weight = weights.get(prefix + "ln_2.weight", width);
    norm2Bias = weights.get(prefix + "ln_2.bias", width);
    mlp = new Mlp(weights, prefix + "mlp.", width, activation, packs);
    computeType = weights.computeType();
  }

  /**
   * The positions of images, each seeing all of its image.
   *
   * @param x (B L, W)
   * @param batch B
   * @return (B L, W)
   */
  Tensor pictures(Tensor x, long batch) {
    return pictures(x, batch, null);
  }

  /**
   * The positions of images, each seeing all of its image and rows that stand beside every image.
   * Nothing reads what the block would make of these, so that it takes their keys and values alone.
   *
   * @param x (B L, W)
   * @param batch B
   * @param beside (n, W), or null
   * @return (B L, W)
   */
  Tensor pictures(Tensor x, long batch, @Nullable Tensor beside) {
    Tensor all = in.apply(norm1(x)); // (B L, 3W)
    Attention attention = new Attention(heads, batch);
    return rest(x, attention.of(part(all, 0), memory(all), null, seenBeside(beside)));
  }

  private Attention.@Nullable Memory seenBeside(@Nullable Tensor beside) {
    return beside == null ? null : memory(seen(norm1(beside)));
  }

  /**
   * The first rows of images alone, which is all that is read of the last block.
   *
   * @param x (B L, W)
   * @param batch B
   * @return (B, W)
   */
  Tensor classRows(Tensor x, long batch) {
    return classRows(x, batch, null);
  }

  /**
   * The first rows of images alone, which see rows beside every image too.
   *
   * @param x (B L, W)
   * @param batch B
   * @param beside (n, W), or null
   * @return (B, W)
   */
  Tensor classRows(Tensor x, long batch, @Nullable Tensor beside) {
    Tensor normed = norm1(x);
    Tensor attended =
        new Attention(heads, batch)
            .of(
                queries(firstOfEach(normed, batch)),
                memory(seen(normed)),
                null,
                seenBeside(beside));
    return rest(firstOfEach(x, batch), attended);
  }

  /**
   * The first rows of images and the rows beside them, as each image changes these.
   *
   * @param x (B L, W)
   * @param batch B
   * @param beside (n, W)
   * @return (B (1 + n), W): of each image its first row and then those beside it
   */
  Tensor classRowsAndBeside(Tensor x, long batch, Tensor beside) {
    Tensor normed = norm1(x);
    Tensor normedBeside = norm1(beside);
    Tensor attended =
        new Attention(heads, batch)
            .of(
                queries(withEach(firstOfEach(normed, batch), normedBeside)),
                memory(seen(normed)),
                null,
                memory(seen(normedBeside)));
    return rest(withEach(firstOfEach(x, batch), beside), attended);
  }

  /** (B, W) and (n, W) to (B (1 + n), W). */
  private static Tensor withEach(Tensor firsts, Tensor others) {
    long batch = firsts.size(0);
    long width = firsts.size(1);
    Tensor repeated = others.unsqueeze(0).expand(batch, others.size(0), width);
    return Tensor.concat(List.of(firsts.unsqueeze(1), repeated), 1).reshape(-1, width);
  }

  private static Tensor firstOfEach(Tensor rows, long batch) {
    return rows.reshape(batch, -1, rows.size(1)).select(1, 0);
  }

  /**
   * All rows of texts, each seeing the shared beginning and, up to itself, its own text; or, where
   * they are not causal, all of its own text.
   *
   * @param x (N, W)
   * @return (N, W)
   */
  Tensor texts(Tensor x, PackedTexts layout) {
    if (!layout.isCausal()) {
      return pictures(x, layout.texts());
    }
    Tensor all = in.apply(norm1(x)); // (N, 3W)
    Tensor beginning = layout.beginning(all); // (P, 3W)
    Tensor own = layout.padded(all); // (C L, 3W)
    Tensor attendedBeginning =
        new Attention(heads, 1)
            .of(part(beginning, 0), memory(beginning), layout.maskInBeginning(), null);
    Tensor attended =
        new Attention(heads, layout.texts())
            .of(part(own, 0), memory(own), layout.mask(), memory(beginning));
    return rest(x, Tensor.concat(List.of(attendedBeginning, layout.packed(attended)), 0));
  }

  /**
   * The ends of texts alone, which is all that is read of the last block.
   *
   * @param x (N, W)
   * @return (C, W)
   */
  Tensor ends(Tensor x, PackedTexts layout) {
    Tensor normed = norm1(x);
    Tensor seen = seen(normed);
    Tensor attended =
        new Attention(heads, layout.texts())
            .of(
                queries(layout.ends(normed)),
                memory(layout.padded(seen)),
                layout.endMask(),
                layout.isCausal() ? memory(layout.beginning(seen)) : null);
    return rest(layout.ends(x), attended);
  }

  /** The queries alone: (rows, W) to (rows, W). */
  private Tensor queries(Tensor normed) {
    return Functions.linear(normed, inWeight.narrow(0, 0, width), inBias.narrow(0, 0, width));
  }

  /** The keys and values alone: (rows, W) to (rows, 2W). */
  private Tensor seen(Tensor normed) {
    return Functions.linear(
        normed, inWeight.narrow(0, width, 2L * width), inBias.narrow(0, width, 2L * width));
  }

  private Tensor norm1(Tensor x) {
    return Functions.layerNorm(x, norm1Weight, norm1Bias, epsilon).to(computeType);
  }

  /** The rest of the block after attention: both residual sums and the MLP between them. */
  private Tensor rest(Tensor x, Tensor attended) {
    Tensor y = x.plus(out.apply(attended));
    Tensor normed = Functions.layerNorm(y, norm2Weight, norm2Bias, epsilon);
    return y.plus(mlp.apply(normed.to(computeType)));
  }

  /** The keys and values that stand last in rows of (query,) key and value. */
  private Attention.Memory memory(Tensor rows) {
    long parts = rows.size(1) / width;
    return new Attention.Memory(part(rows, parts - 2), part(rows, parts - 1));
  }

  /** (rows, k W) to its part of (rows, W). */
  private Tensor part(Tensor rows, long index) {
    return rows.narrow(1, index * width, width);
  }

  @Override
  public void close() {
    List.of(in, out).forEach(Linear::close);
    mlp.close();
  }
}
