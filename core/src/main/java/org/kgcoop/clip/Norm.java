package org.kgcoop.clip;

import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Tensor;

/** A layer norm: (..., W) to (..., W). */
record Norm(Tensor weight, Tensor bias, double epsilon) {
  Norm(WeightSource weights, String name, int width, double epsilon) {
    this(weights.get(name + ".weight", width), weights.get(name + ".bias", width), epsilon);
  }

  Tensor of(Tensor rows) {
    return Functions.layerNorm(rows, weight, bias, epsilon);
  }
}
