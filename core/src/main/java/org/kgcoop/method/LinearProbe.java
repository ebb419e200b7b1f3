package org.kgcoop.method;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.kgcoop.clip.Clip;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Lbfgs;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Multinomial logistic regression on image features: what can be had from them for classes with
 * examples, without any text. Radford et al., "Learning Transferable Visual Models From Natural
 * Language Supervision", ICML 2021, section 3.2.
 *
 * <p>Weights W (C, E) and biases b (C) minimize {@code |W|^2 / 2 + strength * sum of the
 * cross-entropies of W f + b}; b is not regularized.
 */
final class LinearProbe {
  private LinearProbe() {}

  /**
   * Fits a probe, for the caller to close.
   *
   * @param features (N, E), unit rows
   * @param labels of each row, 0 to classes - 1
   * @param strength C, the weight of the data against that of the regularization; above 0
   */
  static FixedHead.Linear fit(Tensor features, int[] labels, int classes, double strength) {
    long[] shape = features.shape();
    if (shape.length != 2 || shape[0] != labels.length || !(strength > 0)) {
      throw new IllegalArgumentException(
          "linear probe: expected (%s, E) features and a strength above 0, got %s and %s"
              .formatted(labels.length, features, strength));
    }
    try (Scope scope = Scope.open("linear probe")) {
      Tensor targets = Tensor.of(longs(labels), labels.length).to(features.device());
      Tensor weight = Tensor.full(0, classes, shape[1]).to(features.device()).parameter();
      Tensor bias = Tensor.full(0, classes).to(features.device()).parameter();
      Lbfgs.minimise(
          List.of(weight, bias),
          () -> {
            Tensor logits = Functions.linear(features, weight, bias);
            Tensor data = Functions.crossEntropy(logits, targets).times(strength * labels.length);
            return data.plus(weight.times(weight).sum().times(0.5));
          });
      return new FixedHead.Linear(weight.detach().keep(), bias.detach().keep(), 1);
    }
  }

  /** The probe that was kept by {@link #stored}. */
  static FixedHead of(Clip clip, FittedMethod learned) {
    int classes = learned.classNames().size();
    try (Scope scope = Scope.open("linear probe")) {
      return new FixedHead.Linear(
              learned.value("weight", classes, clip.config().embedDim()).to(clip.device()),
              learned.value("bias", classes).to(clip.device()),
              1)
          .copy();
    }
  }

  /** The tensors {@code weight} (C, E) and {@code bias} (C). */
  static Map<String, StoredTensor> stored(Tensor weight, Tensor bias) {
    Map<String, StoredTensor> stored = new LinkedHashMap<>();
    stored.put("weight", StoredTensor.of("weight", weight));
    stored.put("bias", StoredTensor.of("bias", bias));
    return stored;
  }

  private static long[] longs(int[] labels) {
    long[] longs = new long[labels.length];
    for (int i = 0; i < labels.length; i++) {
      longs[i] = labels[i];
    }
    return longs;
  }

  /**
   * The number of correct predictions.
   *
   * @param features (N, E), unit rows
   */
  static int correct(Head head, Tensor features, int[] labels) {
    try (Scope scope = Scope.open("probe");
        Autograd.Switch off = Autograd.off()) {
      long[] found = head.logits(features).argmax(1).toLongs();
      return (int) IntStream.range(0, found.length).filter(i -> found[i] == labels[i]).count();
    }
  }
}
