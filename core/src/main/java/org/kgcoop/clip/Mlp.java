package org.kgcoop.clip;

import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Linear;
import org.kgcoop.tensor.Tensor;

/** The MLP of a residual block: linear, activation, linear. */
final class Mlp implements AutoCloseable {
  /** The s of {@code x sigmoid(s x) = silu(s x) / s}. The linear layers contain the factors. */
  private static final double QUICK = 1.702;

  private final Tensor scaledBias; // (H), of fc
  private final Linear fc; // to (H), usually H = 4 W
  private final Linear projection; // to (W)
  private final Activation activation;

  /**
   * Loads the layers from tensors whose names start with {@code prefix}.
   *
   * @param packs when to pack copies of the weights
   */
  Mlp(WeightSource weights, String prefix, int width, Activation activation, Linear.Packs packs) {
    this.activation = activation;
    double factor = activation == Activation.QUICK_GELU ? QUICK : 1;
    long hidden = weights.rows(prefix + "c_fc.weight", 4L * width);
    scaledBias =
        weights.get(prefix + "c_fc.bias", hidden).times(factor).to(weights.computeType()).keep();
    fc = weights.linear(prefix + "c_fc.weight", scaledBias, factor, packs, hidden, width);
    Tensor bias = weights.compute(prefix + "c_proj.bias", width);
    projection = weights.linear(prefix + "c_proj.weight", bias, 1 / factor, packs, width, hidden);
  }

  /** Computes the layers: (N, W) to (N, W). */
  Tensor apply(Tensor x) {
    Tensor hidden = fc.apply(x);
    return projection.apply(
        switch (activation) {
          case QUICK_GELU -> Functions.silu(hidden);
          case GELU -> Functions.gelu(hidden);
          case GELU_PYTORCH_TANH -> Functions.geluTanh(hidden);
        });
  }

  @Override
  public void close() {
    fc.close();
    scaledBias.close();
    projection.close();
  }
}
