package org.kgcoop.tensor;

import java.util.List;
import org.kgcoop.KgCoopException;

/**
 * The rule by which an {@link Optimizer} computes updates from gradients. It does not change
 * between steps. In the formulas p is a parameter, g its gradient, r the rate of the step, t the
 * number of the step from 1, and d the weight decay.
 */
public sealed interface UpdateRule {

  /** Returns the name for files and options. */
  String id();

  /** Returns the names of the tensors that a rule keeps per parameter, as in PyTorch. */
  List<String> buffers();

  /** Returns d, the weight decay. */
  double weightDecay();

  /** Returns the term added to a root of squares, or PyTorch's default if the rule has none. */
  default double epsilon() {
    return 1e-8;
  }

  /**
   * Stochastic gradient descent: {@code v = momentum v + (g + d p); p = p - r v}, without dampening
   * and Nesterov momentum.
   */
  record Sgd(double momentum, double weightDecay) implements UpdateRule {
    public Sgd {
      check("momentum", momentum);
      checkDecay(weightDecay);
    }

    @Override
    public String id() {
      return "sgd";
    }

    @Override
    public List<String> buffers() {
      return momentum == 0 ? List.of() : List.of("momentum_buffer");
    }
  }

  /**
   * Adam (Kingma and Ba, ICLR 2015), the decay added to the gradient:
   *
   * <pre>
   * g = g + d p
   * m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2
   * p = p - r / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + epsilon)
   * </pre>
   */
  record Adam(double beta1, double beta2, double epsilon, double weightDecay)
      implements UpdateRule {
    public Adam {
      checkAdam(beta1, beta2, epsilon, weightDecay);
    }

    @Override
    public String id() {
      return "adam";
    }

    @Override
    public List<String> buffers() {
      return List.of("exp_avg", "exp_avg_sq");
    }
  }

  /**
   * Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019). It is {@link Adam} with
   * {@code p = p - r d p} before the step, instead of the decay in the gradient. CLIP's own values
   * (Radford et al., 2021, table 19) are 0.9, 0.98 and 1e-6.
   */
  record AdamW(double beta1, double beta2, double epsilon, double weightDecay)
      implements UpdateRule {
    public AdamW {
      checkAdam(beta1, beta2, epsilon, weightDecay);
    }

    @Override
    public String id() {
      return "adamw";
    }

    @Override
    public List<String> buffers() {
      return List.of("exp_avg", "exp_avg_sq");
    }
  }

  private static void checkAdam(double beta1, double beta2, double epsilon, double weightDecay) {
    check("beta1", beta1);
    check("beta2", beta2);
    checkEpsilon(epsilon);
    checkDecay(weightDecay);
  }

  private static void check(String name, double value) {
    if (!(value >= 0 && value < 1)) {
      throw KgCoopException.configuration(name + ": expected 0 to below 1, got " + value);
    }
  }

  private static void checkEpsilon(double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw KgCoopException.configuration("epsilon: expected above 0, got " + value);
    }
  }

  private static void checkDecay(double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw KgCoopException.configuration("weight decay: expected at least 0, got " + value);
    }
  }
}
