package org.kgcoop.clip;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.kgcoop.files.Sha256;
import org.kgcoop.tensor.Arithmetic;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Linear;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * The weights of an image encoder whose blocks compute in int8, and the rest in bf16, or in float32
 * if the processor emulates bf16. Any encoder that is made of {@link TransformerBlock} can use
 * them.
 */
final class Int8Weights extends ForwardedWeights implements AutoCloseable {
  private static final String MLP_OUTPUT = ".mlp.c_proj.weight";

  private final WeightSource weights;
  private final Map<String, int[]> scales;
  private final boolean mlpOutput;
  private final List<Tensor> own = new ArrayList<>();

  /**
   * Creates the weights.
   *
   * @param weights the weights in float32
   * @param scales the exponents of the scales of {@link Smoothing}, by the name of the norm
   * @param mlpOutput true if the second layer of the MLP also computes in int8
   */
  Int8Weights(WeightSource weights, Map<String, int[]> scales, boolean mlpOutput) {
    super(weights);
    this.weights = weights;
    this.scales = scales;
    this.mlpOutput = mlpOutput;
  }

  /** Returns the type of the products that int8 is not for. */
  static DType rest() {
    return Arithmetic.hasBf16() ? DType.BFLOAT16 : DType.FLOAT32;
  }

  @Override
  public DType computeType() {
    return rest();
  }

  @Override
  public Tensor compute(String name, long... shape) {
    Tensor weight = weights.compute(name, shape);
    if (weight.dtype() == rest()) {
      return weight;
    }
    try (Scope scope = Scope.open("converted weight")) {
      return owned(weight.to(rest()));
    }
  }

  /** Returns a text that differs between forms of the products. */
  String key() {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(scales)
        .forEach((norm, exponents) -> text.append(norm).append(Arrays.toString(exponents)));
    String digest = Sha256.of(text.toString()).substring(0, 16);
    String rows = Linear.int8Bits() < 8 ? Linear.int8Bits() + "-bit rows " : "";
    return rest() + (mlpOutput ? " all " : " without c_proj ") + rows + digest;
  }

  @Override
  public Linear linear(
      String name, Tensor bias, double scale, Linear.Packs packs, long outputs, long inputs) {
    if (packs == Linear.Packs.NEVER || (name.endsWith(MLP_OUTPUT) && !mlpOutput)) {
      return super.linear(name, bias, scale, packs, outputs, inputs);
    }
    Tensor weight = weights.get(name, outputs, inputs);
    Optional<String> norm = Smoothing.normBefore(name).filter(scales::containsKey);
    if (norm.isPresent()) {
      try (Scope scope = Scope.open("smoothed weight")) {
        weight = owned(weight.times(factors(norm.get(), 1)));
      }
    }
    return new Linear(weight, bias, scale, Linear.Packs.INT8);
  }

  @Override
  public Tensor get(String name, long... shape) {
    Tensor weight = weights.get(name, shape);
    String norm = name.substring(0, Math.max(0, name.lastIndexOf('.')));
    if (!scales.containsKey(norm)) {
      return weight;
    }
    try (Scope scope = Scope.open("smoothed norm")) {
      return owned(weight.times(factors(norm, -1)));
    }
  }

  private Tensor owned(Tensor weight) {
    own.add(weight.keep());
    return weight;
  }

  private Tensor factors(String norm, int sign) {
    int[] exponents = Objects.requireNonNull(scales.get(norm));
    float[] factors = new float[exponents.length];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = Smoothing.scale(sign * exponents[i]);
    }
    return Tensor.of(factors, factors.length);
  }

  /** Frees the smoothed and converted weights. */
  @Override
  public void close() {
    own.forEach(Tensor::close);
  }
}
