package org.kgcoop.pretrain;

import org.kgcoop.random.PythonRandom;
import org.kgcoop.tensor.Tensor;

/** Creates tensors with normally distributed values. */
final class Normal {
  private Normal() {}

  static Tensor tensor(long seed, double deviation, long... shape) {
    PythonRandom random = new PythonRandom(seed);
    int count = 1;
    for (long length : shape) {
      count = Math.multiplyExact(count, Math.toIntExact(length));
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (deviation * random.gauss());
    }
    return Tensor.of(values, shape);
  }
}
