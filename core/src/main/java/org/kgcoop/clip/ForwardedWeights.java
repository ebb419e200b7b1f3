package org.kgcoop.clip;

import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Tensor;

/** The weights of another source, of which subclasses change some. */
abstract class ForwardedWeights implements WeightSource {
  private final WeightSource weights;

  ForwardedWeights(WeightSource weights) {
    this.weights = weights;
  }

  @Override
  public DType computeType() {
    return weights.computeType();
  }

  @Override
  public Device device() {
    return weights.device();
  }

  @Override
  public long rows(String name, long otherwise) {
    return weights.rows(name, otherwise);
  }

  @Override
  public Tensor get(String name, long... shape) {
    return weights.get(name, shape);
  }

  @Override
  public Tensor compute(String name, long... shape) {
    return weights.compute(name, shape);
  }
}
