package org.kgcoop.clip;

import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Tensor;

/**
 * One residual block of both towers: {@code x + attention(norm(x))}, then {@code x + mlp(norm(x))}.
 *
 * <p>The residual stream and the norms are float32; the matrix products have the type of their
 * weights, which is float32 or bf16.
 */
final class TransformerBlock {
  private final int heads;
  private final Activation activation;
  private final DType computeType;
  private final Tensor norm1Weight; // (W)
  private final Tensor norm1Bias; // (W)
  private final Tensor inWeight; // (3W, W): query, key, value
  private final Tensor inBias; // (3W)
  private final Tensor outWeight; // (W, W)
  private final Tensor outBias; // (W)
  private final Tensor norm2Weight; // (W)
  private final Tensor norm2Bias; // (W)
  private final Tensor fcWeight; // (4W, W)
  private final Tensor fcBias; // (4W)
  private final Tensor projectionWeight; // (W, 4W)
  private final Tensor projectionBias; // (W)

  /**
   * Takes the block whose names start with {@code prefix}, such as {@code
   * transformer.resblocks.0.}.
   */
  TransformerBlock(Weights weights, String prefix, int width, int heads, Activation activation) {
    this.heads = heads;
    this.activation = activation;
    norm1Weight = weights.get(prefix + "ln_1.weight", width);
    norm1Bias = weights.get(prefix + "ln_1.bias", width);
    inWeight = weights.compute(prefix + "attn.in_proj_weight", 3L * width, width);
    inBias = weights.compute(prefix + "attn.in_proj_bias", 3L * width);
    outWeight = weights.compute(prefix + "attn.out_proj.weight", width, width);
    outBias = weights.compute(prefix + "attn.out_proj.bias", width);
    norm2Weight = weights.get(prefix + "ln_2.weight", width);
    norm2Bias = weights.get(prefix + "ln_2.bias", width);
    fcWeight = weights.compute(prefix + "mlp.c_fc.weight", 4L * width, width);
    fcBias = weights.compute(prefix + "mlp.c_fc.bias", 4L * width);
    projectionWeight = weights.compute(prefix + "mlp.c_proj.weight", width, 4L * width);
    projectionBias = weights.compute(prefix + "mlp.c_proj.bias", width);
    computeType = weights.computeType();
  }

  /**
   * Both residual branches.
   *
   * @param x (B, L, W)
   * @param causal whether position i sees only positions up to i
   * @return (B, L, W)
   */
  Tensor apply(Tensor x, boolean causal) {
    Tensor attended = x.plus(attention(norm(x, norm1Weight, norm1Bias), causal));
    return attended.plus(mlp(norm(attended, norm2Weight, norm2Bias)));
  }

  private Tensor norm(Tensor x, Tensor weight, Tensor bias) {
    return Functions.layerNorm(x, weight, bias).to(computeType);
  }

  private Tensor attention(Tensor x, boolean causal) {
    long batch = x.size(0);
    long length = x.size(1);
    long width = x.size(2);
    Tensor heads3 = // (3, B, heads, L, W / heads)
        Functions.linear(x, inWeight, inBias)
            .reshape(batch, length, 3, heads, width / heads)
            .permute(2, 0, 3, 1, 4);
    Tensor attended = // (B, heads, L, W / heads)
        Functions.attention(heads3.select(0, 0), heads3.select(0, 1), heads3.select(0, 2), causal);
    return Functions.linear(
        attended.permute(0, 2, 1, 3).reshape(batch, length, width), outWeight, outBias);
  }

  private Tensor mlp(Tensor x) {
    return Functions.linear(
        activation.apply(Functions.linear(x, fcWeight, fcBias)), projectionWeight, projectionBias);
  }
}
