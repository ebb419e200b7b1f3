package org.kgcoop.method;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.kgcoop.clip.Clip;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.model.Formula;
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
final class LinearProbe implements Head {
  private final Tensor weight; // (C, E)
  private final Tensor bias; // (C)

  private LinearProbe(Tensor weight, Tensor bias) {
    this.weight = weight;
    this.bias = bias;
  }

  /**
   * Fits a probe.
   *
   * @param features (N, E), unit rows
   * @param labels of each row, 0 to classes - 1
   * @param strength C, the weight of the data against that of the regularization; above 0
   */
  static LinearProbe fit(Tensor features, int[] labels, int classes, double strength) {
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
      return new LinearProbe(weight.detach().keep(), bias.detach().keep());
    }
  }

  /**
   * A probe with copies of those tensors.
   *
   * @param weight (C, E)
   * @param bias (C)
   */
  static LinearProbe of(Tensor weight, Tensor bias) {
    return new LinearProbe(weight.copy().keep(), bias.copy().keep());
  }

  /** The probe that was kept by {@link #stored}. */
  static LinearProbe of(Clip clip, FittedMethod learned) {
    int classes = learned.classNames().size();
    try (Scope scope = Scope.open("linear probe")) {
      return of(
          learned.value("weight", classes, clip.config().embedDim()),
          learned.value("bias", classes));
    }
  }

  /** The tensors {@code weight} (C, E) and {@code bias} (C). */
  Map<String, StoredTensor> stored() {
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

  @Override
  public Tensor logits(Tensor features) {
    try (Autograd.Switch off = Autograd.off()) {
      return Functions.linear(features, weight, bias);
    }
  }

  @Override
  public Optional<Formula> formula() {
    return Optional.of(new Formula.Linear(weight, bias, 1));
  }

  /**
   * The number of correct predictions.
   *
   * @param features (N, E), unit rows
   */
  int correct(Tensor features, int[] labels) {
    try (Scope scope = Scope.open("probe")) {
      long[] found = logits(features).argmax(1).toLongs();
      return (int) IntStream.range(0, found.length).filter(i -> found[i] == labels[i]).count();
    }
  }

  @Override
  public void close() {
    weight.close();
    bias.close();
  }
}
