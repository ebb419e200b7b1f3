package org.kgcoop.model;

import java.util.stream.LongStream;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.random.Seeds;
import org.kgcoop.tensor.Tensor;

/**
 * Random initial values. Linear layers use the default initialization of PyTorch: weights and
 * biases are uniform in [-1 / sqrt(in), 1 / sqrt(in)].
 */
public final class Init {
  private Init() {}

  /**
   * Returns a random generator for one parameter, seeded by the seed of the run and the name of the
   * parameter.
   */
  public static PythonRandom random(long seed, String name) {
    return new PythonRandom(Seeds.generator(seed + " " + name).next() >>> 1);
  }

  /** Returns normally distributed values with mean 0. */
  public static Tensor normal(PythonRandom random, double deviation, long... shape) {
    return Tensor.of(random.gaussians(deviation, count(shape)), shape);
  }

  /** Returns an initial weight, (out, in). */
  public static Tensor weight(PythonRandom random, int out, int in) {
    return uniform(random, in, out, in);
  }

  /** Returns an initial bias, (out). */
  public static Tensor bias(PythonRandom random, int out, int in) {
    return uniform(random, in, out);
  }

  private static Tensor uniform(PythonRandom random, int in, long... shape) {
    double bound = 1 / Math.sqrt(in);
    float[] values = new float[count(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (bound * (2 * random.next() - 1));
    }
    return Tensor.of(values, shape);
  }

  private static int count(long... shape) {
    return Math.toIntExact(LongStream.of(shape).reduce(1, Math::multiplyExact));
  }
}
