package org.kgcoop.method;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.FixedFitting;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.model.Batch;
import org.kgcoop.model.Step;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Models of methods with random parameters, and plain loops that tests compare them with. */
final class TinyModels {
  static final List<String> NAMES = List.of("cat", "St. Bernard", "ice_cream");
  static final long[] LABELS = {2, 0};

  private TinyModels() {}

  /** Creates a trainable model with random parameters, for which the loss is smooth. */
  static TrainableModel moved(Clip clip, TrainedMethod method) {
    TrainableModel model = method.model(new FixedFitting(clip, NAMES));
    try (Scope scope = Scope.open("start")) {
      Map<String, Tensor> values = new LinkedHashMap<>();
      model
          .parameters()
          .forEach((name, p) -> values.put(name, TinyClip.normal(name.length(), 0.5, p.shape())));
      model.load(values);
    }
    return model;
  }

  static Batch batch() {
    return new Batch(TinyClip.features(2), Tensor.of(LABELS, 2));
  }

  /** Returns the rows of a matrix as doubles. */
  static double[][] rows(Tensor matrix) {
    float[] values = matrix.toFloats();
    int columns = (int) matrix.size(1);
    double[][] rows = new double[values.length / columns][columns];
    for (int i = 0; i < values.length; i++) {
      rows[i / columns][i % columns] = values[i];
    }
    return rows;
  }

  static double[] softmax(double[] logits, double temperature) {
    double sum = 0;
    double[] p = new double[logits.length];
    for (int c = 0; c < p.length; c++) {
      p[c] = Math.exp(logits[c] / temperature);
      sum += p[c];
    }
    for (int c = 0; c < p.length; c++) {
      p[c] /= sum;
    }
    return p;
  }

  static double crossEntropy(double[][] logits) {
    double sum = 0;
    for (int b = 0; b < logits.length; b++) {
      sum -= Math.log(softmax(logits[b], 1)[(int) LABELS[b]]);
    }
    return sum / logits.length;
  }

  static double loss(Step step, String name) {
    return Objects.requireNonNull(step.losses().get(name), name);
  }

  /** Computes unit class features from the logits of the unit vectors of the joint space. */
  static double[][] classFeatures(Clip clip, TrainableModel model) {
    float[] identity = new float[144];
    for (int e = 0; e < 12; e++) {
      identity[13 * e] = 1;
    }
    double[][] transposed = rows(model.logits(Tensor.of(identity, 12, 12))); // (E, C)
    double[][] features = new double[NAMES.size()][12];
    for (int c = 0; c < features.length; c++) {
      for (int e = 0; e < 12; e++) {
        features[c][e] = transposed[e][c] / clip.logitScale();
      }
    }
    return features;
  }

  static Tensor parameter(TrainableModel model, String name) {
    return Objects.requireNonNull(model.parameters().get(name), name);
  }
}
