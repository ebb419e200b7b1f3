package org.kgcoop.clip;

import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Linear;
import org.kgcoop.tensor.Tensor;

/**
 * The attention pooling of SigLIP and of Perception Encoder. A trained query attends to all
 * positions of an image, followed by an MLP: {@code y + mlp(norm(y))}. The query itself is not
 * added.
 */
public final class AttentionPool {
  private final int heads;
  private final int width;
  private final double epsilon;
  private final Tensor probe; // (1, W)
  private final Tensor inWeight; // (3W, W): query, key, value
  private final Tensor inBias; // (3W)
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
    inWeight = weights.compute(prefix + "attn.in_proj_weight", 3L * width, width);
    inBias = weights.compute(prefix + "attn.in_proj_bias", 3L * width);
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
    Tensor query =
        Functions.linear(probe, inWeight.narrow(0, 0, width), inBias.narrow(0, 0, width));
    Tensor keysAndValues = // (B L, 2W)
        Functions.linear(
            rows.to(computeType),
            inWeight.narrow(0, width, 2L * width),
            inBias.narrow(0, width, 2L * width));
    Attention.Memory memory =
        new Attention.Memory(
            keysAndValues.narrow(1, 0, width), keysAndValues.narrow(1, width, width));
    Tensor attended =
        new Attention(heads, batch).of(query.expand(batch, width), memory, null, null);
    Tensor y = Functions.linear(attended, outWeight, outBias).to(DType.FLOAT32);
    Tensor normed = Functions.layerNorm(y, normWeight, normBias, epsilon);
    return y.plus(mlp.apply(normed.to(computeType)));
  }
}
