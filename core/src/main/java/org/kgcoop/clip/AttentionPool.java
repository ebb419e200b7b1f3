package org.kgcoop.clip;

import java.util.List;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Linear;
import org.kgcoop.tensor.Tensor;

/**
 * The attention pooling of SigLIP and of Perception Encoder. A trained query attends to all
 * positions of an image, followed by an MLP: {@code y + mlp(norm(y))}. The query itself is not
 * added.
 */
public final class AttentionPool implements AutoCloseable {
  private final int heads;
  private final int width;
  private final double epsilon;
  private final Tensor probe; // (1, W)
  private final Linear query; // to (W)
  private final Linear keysAndValues; // to (2W)
  private final Tensor outWeight; // (W, W)
  private final Tensor outBias; // (W)
  private final Tensor normWeight; // (W)
  private final Tensor normBias; // (W)
  private final Mlp mlp;
  private final DType computeType;

  /** Loads the pooling from tensors whose names start with {@code prefix}. */
  public AttentionPool(
      WeightSource weights,
      String prefix,
      int width,
      int heads,
      Activation activation,
      double epsilon) {
    this.heads = heads;
    this.width = width;
    this.epsilon = epsilon;
    probe = weights.compute(prefix + "probe", 1, width);
    Linear in =
        new Linear(
            weights.compute(prefix + "attn.in_proj_weight", 3L * width, width),
            weights.compute(prefix + "attn.in_proj_bias", 3L * width),
            1,
            Linear.Packs.ALWAYS);
    query = in.part(0, width);
    keysAndValues = in.part(width, 2L * width);
    outWeight = weights.compute(prefix + "attn.out_proj.weight", width, width);
    outBias = weights.compute(prefix + "attn.out_proj.bias", width);
    normWeight = weights.get(prefix + "ln.weight", width);
    normBias = weights.get(prefix + "ln.bias", width);
    mlp = new Mlp(weights, prefix + "mlp.", width, activation, Linear.Packs.NEVER);
    computeType = weights.computeType();
  }

  /**
   * Pools the positions of each image.
   *
   * @param rows (B L, W), normalized
   * @param batch B
   * @return (B, W)
   */
  public Tensor of(Tensor rows, long batch) {
    Tensor both = keysAndValues.apply(rows.to(computeType)); // (B L, 2W)
    Attention.Memory memory =
        new Attention.Memory(both.narrow(1, 0, width), both.narrow(1, width, width));
    Tensor attended =
        new Attention(heads, batch).of(query.apply(probe).expand(batch, width), memory, null, null);
    Tensor y = Functions.linear(attended, outWeight, outBias).to(DType.FLOAT32);
    Tensor normed = Functions.layerNorm(y, normWeight, normBias, epsilon);
    return y.plus(mlp.apply(normed.to(computeType)));
  }

  /** Frees the packed copies of the weights. Others own the weights. */
  @Override
  public void close() {
    List.of(query, keysAndValues).forEach(Linear::close);
    mlp.close();
  }
}
