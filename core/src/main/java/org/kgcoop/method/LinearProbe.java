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
 * Multinomial logistic regression on image features, without any text. It measures the accuracy
 * that the features allow for classes with training images. Radford et al., "Learning Transferable
 * Visual Models From Natural Language Supervision", ICML 2021, section 3.2.
 *
 * <p>Weights W (C, E) and biases b (C) minimize {@code |W|^2 / 2 + strength * sum of the
 * cross-entropies of W f + b}. The biases are not regularized.
 */
final class LinearProbe {
  private LinearProbe() {}

  /**
   * Fits a probe. The caller closes it.
   *
   * @param features the features, (N, E), unit rows
   * @param labels the label of each row, 0 to classes - 1
   * @param strength C, the weight of the data relative to the regularization; above 0
   * @param check called before each evaluation of the loss; an exception ends the fit
   */
  static FixedHead.Linear fit(
      Tensor features, int[] labels, int classes, double strength, Runnable check) {
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
            check.run();
            Tensor logits = Functions.linear(features, weight, bias);
            Tensor data = Functions.crossEntropy(logits, targets).times(strength * labels.length);
            return data.plus(weight.times(weight).sum().times(0.5));
          });
      return new FixedHead.Linear(weight.detach().keep(), bias.detach().keep(), 1);
    }
  }

  /** Returns the probe that {@link #stored} saved. */
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

  /** Returns the tensors {@code weight} (C, E) and {@code bias} (C). */
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
   * Counts the correct predictions.
   *
   * @param features the features, (N, E), unit rows
   */
  static int correct(Head head, Tensor features, int[] labels) {
    try (Scope scope = Scope.open("probe");
        Autograd.Switch off = Autograd.off()) {
      long[] found = head.logits(features).argmax(1).toLongs();
      return (int) IntStream.range(0, found.length).filter(i -> found[i] == labels[i]).count();
    }
  }
}
