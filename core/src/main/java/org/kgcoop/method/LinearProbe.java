package org.kgcoop.method;

import java.util.List;
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
      Tensor targets = Tensor.indices(labels).to(features.device());
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

  /**
   * Counts the correct predictions.
   *
   * @param features the features, (N, E), unit rows
   */
  static int correct(Head head, Tensor features, int[] labels) {
    try (Scope scope = Scope.open("probe");
        Autograd.Switch off = Autograd.off()) {
      return LeaveOneOut.correct(head.logits(features), labels);
    }
  }
}
