package org.kgcoop.clip;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.ProjectionDeltas.Projection;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Linear;
import org.kgcoop.tensor.Tensor;

/**
 * A residual block of either encoder: {@code x + attention(norm(x))}, then {@code x +
 * mlp(norm(x))}. In BERT's blocks, the norms follow the sums: {@code norm(x + attention(x))}, then
 * {@code norm(x + mlp(x))}. Except for attention, all operations work on rows, (N, W), of any image
 * or text.
 *
 * <p>The residual stream and the norms are float32. The matrix products have the type of their
 * weights, float32 or bf16.
 */
final class TransformerBlock implements AutoCloseable {
  private final int heads;
  private final boolean normsLast; // norms follow the sums
  private final @Nullable RotaryPositions rotation; // of the tokens of images
  private final DType computeType;
  private final int width;
  private final Norm norm1;
  private final Norm norm2;
  private final Linear in; // to (3W): query, key, value
  private final Linear queries; // to (W), the first part of in
  private final Linear keysAndValues; // to (2W), the rest of in
  private final Linear out;
  private final Mlp mlp;
  private final ProjectionDeltas additions;

  /**
   * Loads the block from tensors whose names start with {@code prefix}, such as {@code
   * transformer.resblocks.0.}.
   *
   * @param packs when to pack copies of the weights
   * @param rotation rotates the queries and keys of images, or null
   * @param normsLast true if the norms follow the sums, as in BERT
   */
  TransformerBlock(
      WeightSource weights,
      String prefix,
      int width,
      int heads,
      Activation activation,
      double epsilon,
      Linear.Packs packs,
      @Nullable RotaryPositions rotation,
      boolean normsLast) {
    this.heads = heads;
    this.rotation = rotation;
    this.normsLast = normsLast;
    this.width = width;
    norm1 = new Norm(weights, prefix + "ln_1", width, epsilon);
    String name = prefix + "attn.in_proj_weight";
    Tensor bias = weights.compute(prefix + "attn.in_proj_bias", 3L * width);
    in = weights.linear(name, bias, 1, packs, 3L * width, width);
    queries = in.part(0, width);
    keysAndValues = in.part(width, 2L * width);
    Tensor outBias = weights.compute(prefix + "attn.out_proj.bias", width);
    out = weights.linear(prefix + "attn.out_proj.weight", outBias, 1, packs, width, width);
    norm2 = new Norm(weights, prefix + "ln_2", width, epsilon);
    mlp = new Mlp(weights, prefix + "mlp.", width, activation, packs);
    computeType = weights.computeType();
    additions = ProjectionDeltas.NONE;
  }

  private TransformerBlock(TransformerBlock other, ProjectionDeltas additions) {
    heads = other.heads;
    normsLast = other.normsLast;
    rotation = other.rotation;
    computeType = other.computeType;
    width = other.width;
    norm1 = other.norm1;
    norm2 = other.norm2;
    in = other.in;
    queries = other.queries;
    keysAndValues = other.keysAndValues;
    out = other.out;
    mlp = other.mlp;
    this.additions = additions;
  }

  /**
   * Returns this block with terms added to its projections. The caller closes this block, not the
   * result.
   */
  TransformerBlock with(ProjectionDeltas terms) {
    return terms == ProjectionDeltas.NONE ? this : new TransformerBlock(this, terms);
  }

  /**
   * Computes the tokens of images. Each token attends to all tokens of its image, and to extra rows
   * that all images share. The output for the extra rows is not needed, so only their keys and
   * values are computed.
   *
   * @param x (B L, W)
   * @param batch B
   * @param beside (n, W), or null
   * @return (B L, W)
   */
  Tensor images(Tensor x, long batch, @Nullable Tensor beside) {
    UnaryOperator<Tensor> rows = UnaryOperator.identity();
    Tensor all = all(input(x), rows); // (B L, 3W)
    if (rotation != null) {
      Tensor placed = rotation.of(all.narrow(1, 0, 2L * width), 2L * heads); // queries, keys
      all = Tensor.concat(List.of(placed, part(all, 2)), 1);
    }
    Attention attention = new Attention(heads, batch);
    return rest(x, attention.of(part(all, 0), memory(all), null, memoryBeside(beside)), rows);
  }

  private Attention.@Nullable Memory memoryBeside(@Nullable Tensor beside) {
    return beside == null ? null : memory(keysAndValues(input(beside), UnaryOperator.identity()));
  }

  /**
   * Computes only the first token of each image, the only one that is read from the last block. It
   * also attends to extra rows.
   *
   * @param x (B L, W)
   * @param batch B
   * @param beside (n, W), or null
   * @return (B, W)
   */
  Tensor classRows(Tensor x, long batch, @Nullable Tensor beside) {
    Tensor normed = input(x);
    UnaryOperator<Tensor> first = rows -> firstOfEach(rows, batch);
    Tensor attended =
        new Attention(heads, batch)
            .of(
                queries(first.apply(normed), first),
                memory(keysAndValues(normed, UnaryOperator.identity())),
                null,
                memoryBeside(beside));
    return rest(first.apply(x), attended, first);
  }

  /**
   * Computes the first token and the extra rows of each image.
   *
   * @param x (B L, W)
   * @param batch B
   * @param beside (n, W)
   * @return (B (1 + n), W): for each image its first token, then its extra rows
   */
  Tensor classRowsAndBeside(Tensor x, long batch, Tensor beside) {
    Tensor normed = input(x);
    Tensor normedBeside = input(beside);
    UnaryOperator<Tensor> rows = UnaryOperator.identity();
    Tensor attended =
        new Attention(heads, batch)
            .of(
                queries(withEach(firstOfEach(normed, batch), batch, normedBeside), rows),
                memory(keysAndValues(normed, rows)),
                null,
                memory(keysAndValues(normedBeside, rows)));
    return rest(withEach(firstOfEach(x, batch), batch, beside), attended, rows);
  }

  /** Appends extra rows to those of each image: (B L, W) and (n, W) to (B (L + n), W). */
  static Tensor withEach(Tensor rows, long batch, Tensor others) {
    long width = rows.size(1);
    Tensor repeated = others.unsqueeze(0).expand(batch, others.size(0), width);
    return Tensor.concat(List.of(rows.reshape(batch, -1, width), repeated), 1).reshape(-1, width);
  }

  private static Tensor firstOfEach(Tensor rows, long batch) {
    return rows.reshape(batch, -1, rows.size(1)).select(1, 0);
  }

  /**
   * Computes all rows of texts. Each row attends to the shared beginning and to its own text up to
   * itself. If the texts are not causal, it attends to its entire text.
   *
   * @param x (N, W)
   * @return (N, W)
   */
  Tensor texts(Tensor x, PackedTexts layout) {
    Tensor all = all(input(x), layout::packed); // (N, 3W)
    Tensor own = layout.padded(all); // (C L, 3W)
    List<Tensor> attended = new ArrayList<>();
    Attention.@Nullable Memory shared = null;
    if (layout.sharedLength() > 0) {
      Tensor beginning = layout.beginning(all); // (P, 3W)
      shared = memory(beginning);
      attended.add(
          new Attention(heads, 1).of(part(beginning, 0), shared, layout.maskInBeginning(), null));
    }
    attended.add(
        layout.packed(
            new Attention(heads, layout.texts())
                .of(part(own, 0), memory(own), layout.mask(), shared)));
    return rest(
        x, attended.size() == 1 ? attended.get(0) : Tensor.concat(attended, 0), layout::packed);
  }

  /**
   * Computes only the ends of texts, the only rows that are read from the last block.
   *
   * @param x (N, W)
   * @return (C, W)
   */
  Tensor ends(Tensor x, PackedTexts layout) {
    Tensor normed = input(x);
    Tensor keysAndValues = keysAndValues(normed, layout::packed);
    UnaryOperator<Tensor> ends = rows -> layout.ends(layout.packed(rows));
    Tensor attended =
        new Attention(heads, layout.texts())
            .of(
                queries(layout.ends(normed), ends),
                memory(layout.padded(keysAndValues)),
                layout.endMask(),
                layout.sharedLength() > 0 ? memory(layout.beginning(keysAndValues)) : null);
    return rest(layout.ends(x), attended, ends);
  }

  /** Computes queries, keys and values: (n, W) to (n, 3W). */
  private Tensor all(Tensor normed, UnaryOperator<Tensor> rows) {
    return products(in, normed, rows, Projection.QUERY, Projection.KEY, Projection.VALUE);
  }

  /** Computes only the queries: (n, W) to (n, W). */
  private Tensor queries(Tensor normed, UnaryOperator<Tensor> rows) {
    return products(queries, normed, rows, Projection.QUERY);
  }

  /** Computes only the keys and values: (n, W) to (n, 2W). */
  private Tensor keysAndValues(Tensor normed, UnaryOperator<Tensor> rows) {
    return products(keysAndValues, normed, rows, Projection.KEY, Projection.VALUE);
  }

  /** Computes a layer in front of the attention, in the type of the attention. */
  private Tensor products(
      Linear layer, Tensor normed, UnaryOperator<Tensor> rows, Projection... projections) {
    return withTerms(layer.apply(normed).to(computeType), normed, rows, projections);
  }

  /**
   * Adds terms to frozen projections.
   *
   * @param frozen (n, k W), the projections of x
   * @param rows as in {@link ProjectionDeltas#of}
   * @param projections the k projections
   */
  private Tensor withTerms(
      Tensor frozen, Tensor x, UnaryOperator<Tensor> rows, Projection... projections) {
    if (additions == ProjectionDeltas.NONE) {
      return frozen;
    }
    List<Tensor> parts = new ArrayList<>();
    for (int i = 0; i < projections.length; i++) {
      Tensor part = part(frozen, i);
      Tensor term = additions.of(projections[i], x, rows);
      parts.add(term == null ? part : part.plus(term.to(frozen.dtype())));
    }
    return parts.size() == 1 ? parts.get(0) : Tensor.concat(parts, 1);
  }

  /** Returns the input of the projections. */
  private Tensor input(Tensor x) {
    return normsLast ? x : norm1.of(x);
  }

  /**
   * Computes the rest of the block after attention: both residual sums and the MLP.
   *
   * @param rows as in {@link ProjectionDeltas#of}
   */
  private Tensor rest(Tensor x, Tensor attended, UnaryOperator<Tensor> rows) {
    Tensor y = x.plus(withTerms(out.apply(attended), attended, rows, Projection.OUTPUT));
    if (normsLast) {
      Tensor middle = norm1.of(y);
      return norm2.of(middle.plus(mlp.apply(middle)));
    }
    return y.plus(mlp.apply(norm2.of(y)));
  }

  /** Returns the keys and values, which are the last parts of each row. */
  private Attention.Memory memory(Tensor rows) {
    long parts = rows.size(1) / width;
    return new Attention.Memory(part(rows, parts - 2), part(rows, parts - 1));
  }

  /** Selects a part of each row: (rows, k W) to (rows, W). */
  private Tensor part(Tensor rows, long index) {
    return rows.narrow(1, index * width, width);
  }

  @Override
  public void close() {
    List.of(in, queries, keysAndValues, out).forEach(Linear::close);
    mlp.close();
  }
}
