package org.kgcoop.clip;

import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Tensor;

/** The source of the encoders' tensors, under their released names and with their shapes. */
interface WeightSource {

  /** The type of matrix products, float32 or bf16. */
  DType computeType();

  Device device();

  /** The number of rows of the weight of that name, or {@code otherwise} where there is none. */
  long rows(String name, long otherwise);

  /** A weight in float32. */
  Tensor get(String name, long... shape);

  /** A weight of a matrix product, in the type of the products. */
  Tensor compute(String name, long... shape);

  /** A weight of a matrix product times a factor. */
  Tensor scaled(String name, double factor, long... shape);

  /**
   * True if batch normalization takes mean and variance from the batch, and moves the stored ones
   * towards them, rather than reading the stored ones.
   */
  boolean training();
}
