package org.kgcoop.clip;

import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Linear;
import org.kgcoop.tensor.Tensor;

/** A source of the encoders' tensors, by released name and expected shape. */
public interface WeightSource {

  /** Returns the type of matrix products, float32 or bf16. */
  DType computeType();

  Device device();

  /** Returns the number of rows of a weight, or {@code otherwise} if it does not exist. */
  long rows(String name, long otherwise);

  /** Returns a weight in float32. */
  Tensor get(String name, long... shape);

  /** Returns a weight of a matrix product, in the type of the products. */
  Tensor compute(String name, long... shape);

  /**
   * Returns a linear layer of a transformer block. A source can choose another precision for it.
   *
   * @param name the name of the weight, (outputs, inputs)
   * @param bias (outputs), not scaled
   */
  default Linear linear(
      String name, Tensor bias, double scale, Linear.Packs packs, long outputs, long inputs) {
    return new Linear(compute(name, outputs, inputs), bias, scale, packs);
  }
}
