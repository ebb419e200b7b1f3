package org.kgcoop.method;

import org.kgcoop.random.PythonRandom;
import org.kgcoop.tensor.Tensor;

/** PyTorch's default start of a linear layer: all of it uniform up to 1 / sqrt(in). */
final class Start {
  private Start() {}

  /** A weight: (out, in). */
  static Tensor weight(PythonRandom random, int out, int in) {
    return uniform(random, in, out, in);
  }

  /** A bias: (out). */
  static Tensor bias(PythonRandom random, int out, int in) {
    return uniform(random, in, out);
  }

  private static Tensor uniform(PythonRandom random, int in, long... shape) {
    double bound = 1 / Math.sqrt(in);
    long count = 1;
    for (long length : shape) {
      count *= length;
    }
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (bound * (2 * random.next() - 1));
    }
    return Tensor.of(values, shape);
  }
}
