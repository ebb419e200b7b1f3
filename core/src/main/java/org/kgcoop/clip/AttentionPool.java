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
final class AttentionPool implements AutoCloseable {
  private final int heads;
  private final int width;
  private final Tensor probe; // (1, W)
  private final Linear query; // to (W)
  private final Linear keysAndValues; // to (2W)
  private final Tensor outWeight; // (W, W)
  private final Tensor outBias; // (W)
  private final Norm norm;
  private final Mlp mlp;
  private final DType computeType;

  AttentionPool(WeightSource weights, ClipConfig config) {
    heads = config.poolHeads();
    width = config.vision().width();
    probe = weights.compute("visual.pool.probe", 1, width);
    Tensor weight = weights.compute("visual.pool.attn.in_proj_weight", 3L * width, width);
    Tensor bias = weights.compute("visual.pool.attn.in_proj_bias", 3L * width);
    Linear in = new Linear(weight, bias, 1, Linear.Packs.ALWAYS);
    query = in.part(0, width);
    keysAndValues = in.part(width, 2L * width);
    outWeight = weights.compute("visual.pool.attn.out_proj.weight", width, width);
    outBias = weights.compute("visual.pool.attn.out_proj.bias", width);
    norm = new Norm(weights, "visual.pool.ln", width, config.visionEpsilon());
    Activation activation = config.visionActivation();
    mlp = new Mlp(weights, "visual.pool.mlp.", width, activation, Linear.Packs.NEVER);
    computeType = weights.computeType();
  }

  /**
   * Pools the positions of each image.
   *
   * @param rows (B L, W), normalized
   * @param batch B
   * @return (B, W)
   */
  Tensor of(Tensor rows, long batch) {
    Tensor both = keysAndValues.apply(rows.to(computeType)); // (B L, 2W)
    Attention.Memory memory =
        new Attention.Memory(both.narrow(1, 0, width), both.narrow(1, width, width));
    Tensor attended =
        new Attention(heads, batch).of(query.apply(probe).expand(batch, width), memory, null, null);
    Tensor y = Functions.linear(attended, outWeight, outBias).to(DType.FLOAT32);
    return y.plus(mlp.apply(norm.of(y).to(computeType)));
  }

  /** Frees the packed copies of the weights. Others own the weights. */
  @Override
  public void close() {
    query.close();
    keysAndValues.close();
    mlp.close();
  }
}
