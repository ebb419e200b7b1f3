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

  /**
   * Stochastic gradient descent: {@code v = momentum v + (g + d p); p = p - r v}, without dampening
   * and Nesterov momentum.
   */
  record Sgd(double momentum, double weightDecay) implements UpdateRule {
    public Sgd {
      checkShare("momentum", momentum);
      check("weight decay", weightDecay >= 0, "at least 0", weightDecay);
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
   *
   * <p>CLIP's own values (Radford et al., 2021, table 19) are 0.9, 0.98 and 1e-6, decoupled.
   *
   * @param decoupled true for AdamW (Loshchilov and Hutter, ICLR 2019): {@code p = p - r d p}
   *     before the step, instead of the decay in the gradient
   */
  record Adam(double beta1, double beta2, double epsilon, double weightDecay, boolean decoupled)
      implements UpdateRule {
    public Adam {
      checkShare("beta1", beta1);
      checkShare("beta2", beta2);
      check("epsilon", epsilon > 0, "above 0", epsilon);
      check("weight decay", weightDecay >= 0, "at least 0", weightDecay);
    }

    @Override
    public String id() {
      return decoupled ? "adamw" : "adam";
    }

    @Override
    public List<String> buffers() {
      return List.of("exp_avg", "exp_avg_sq");
    }
  }

  private static void checkShare(String name, double value) {
    check(name, value >= 0 && value < 1, "0 to below 1", value);
  }

  private static void check(String name, boolean isInRange, String expected, double value) {
    if (!isInRange || Double.isInfinite(value)) {
      throw KgCoopException.configuration(
          "%s: expected %s, got %s".formatted(name, expected, value));
    }
  }
}
