package org.kgcoop.bench;

import org.kgcoop.model.FixedHead;
import org.kgcoop.tensor.Tensor;

/** Classifier heads as plain loops in double precision. */
final class PlainHead {
  private PlainHead() {}

  /** Returns the logits of an image from its unit feature. */
  static double[] logits(FixedHead head, float[] feature) {
    double[] f = new double[feature.length];
    for (int i = 0; i < f.length; i++) {
      f[i] = feature[i];
    }
    return logits(head, f);
  }

  private static double[] logits(FixedHead head, double[] f) {
    double[] logits = new double[(int) head.classes()];
    if (head instanceof FixedHead.Linear linear) {
      double[] products = products(linear.weight(), f);
      float[] bias = linear.bias() == null ? new float[logits.length] : linear.bias().toFloats();
      for (int c = 0; c < logits.length; c++) {
        logits[c] = linear.scale() * products[c] + bias[c];
      }
    } else if (head instanceof FixedHead.Cache cache) {
      double[] affinities = products(cache.keys(), f);
      float[] values = cache.values().matrix().toFloats();
      for (int n = 0; n < affinities.length; n++) {
        for (int c = 0; c < logits.length; c++) {
          logits[c] +=
              cache.alpha()
                  * Math.exp(-cache.beta() * (1 - affinities[n]))
                  * values[n * logits.length + c];
        }
      }
    } else if (head instanceof FixedHead.Adapter adapter) {
      double[] adapted = relu(products(adapter.up(), relu(products(adapter.down(), f))));
      double square = 0;
      for (int i = 0; i < f.length; i++) {
        adapted[i] = adapter.ratio() * adapted[i] + (1 - adapter.ratio()) * f[i];
        square += adapted[i] * adapted[i];
      }
      for (int i = 0; i < f.length; i++) {
        adapted[i] /= Math.sqrt(square);
      }
      return logits(adapter.then(), adapted);
    } else if (head instanceof FixedHead.Sum sum) {
      for (FixedHead part : sum.parts()) {
        double[] of = logits(part, f);
        for (int c = 0; c < logits.length; c++) {
          logits[c] += of[c];
        }
      }
    }
    return logits;
  }

  /** Returns the product of a matrix and a vector. */
  private static double[] products(Tensor matrix, double[] vector) {
    float[] values = matrix.toFloats();
    double[] products = new double[(int) matrix.size(0)];
    for (int row = 0; row < products.length; row++) {
      for (int i = 0; i < vector.length; i++) {
        products[row] += values[row * vector.length + i] * vector[i];
      }
    }
    return products;
  }

  private static double[] relu(double[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.max(0, values[i]);
    }
    return values;
  }
}
