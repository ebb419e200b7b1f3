package org.kgcoop.method;

import static org.kgcoop.fixtures.Losses.rows;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.FixedFitting;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.model.Batch;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Models of methods with random parameters. */
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
}
