package org.kgcoop.tensor;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The arithmetic of an {@link UpdateRule}. It applies LibTorch's operations in LibTorch's order, so
 * that parameters equal those of LibTorch's optimizers in every bit. LibTorch allocates memory for
 * some results, which this class writes to memory of the caller.
 */
abstract sealed class Update implements AutoCloseable {
  private final List<Scalar> numbers = new ArrayList<>();
  private final boolean decays;
  private final Scalar decay;

  private Update(double weightDecay) {
    decays = weightDecay != 0;
    decay = number(weightDecay);
  }

  static Update of(UpdateRule rule) {
    if (rule instanceof UpdateRule.Sgd sgd) {
      return new Sgd(sgd);
    } else if (rule instanceof UpdateRule.Adam adam) {
      return new Adam(adam);
    } else if (rule instanceof UpdateRule.AdamW adam) {
      return new AdamW(adam);
    }
    throw new AssertionError("a sealed interface: " + rule);
  }

  /** Returns a native number, which belongs to this object. */
  final Scalar number(double value) {
    Scalar number = Scope.forever(new Scalar(bounded(value)));
    numbers.add(number);
    return number;
  }

  final Scalar number() {
    return number(0);
  }

  static void set(Scalar number, double value) {
    number.put(new Scalar(bounded(value)));
  }

  /**
   * Returns an infinite number if no float holds the value, such as a rate divided by a bias
   * correction. LibTorch would throw an exception. Training reports the infinite parameters.
   */
  private static double bounded(double value) {
    return Float.isInfinite((float) value) ? Math.copySign(Double.POSITIVE_INFINITY, value) : value;
  }

  /**
   * Sets the numbers of a step.
   *
   * @param step the number of the step, from 1
   */
  abstract void begin(long step, double rate);

  /**
   * Updates a parameter and its buffers in place.
   *
   * @param buffers the tensors of {@link UpdateRule#buffers}, zeros before the first step
   * @param decayed memory for the gradient with weight decay
   * @param root memory for the denominator
   */
  final void apply(
      Tensor parameter,
      Tensor gradient,
      List<org.kgcoop.tensor.Tensor> buffers,
      Tensor decayed,
      Tensor root) {
    Tensor used = decays ? torch.add_out(decayed, gradient, parameter, decay) : gradient;
    apply(parameter, used, buffers, root);
  }

  abstract void apply(
      Tensor parameter, Tensor gradient, List<org.kgcoop.tensor.Tensor> buffers, Tensor root);

  @Override
  public final void close() {
    numbers.forEach(Scalar::close);
  }

  private static final class Sgd extends Update {
    private final Scalar momentum;
    private final Scalar rate = number();
    private boolean first;

    Sgd(UpdateRule.Sgd rule) {
      super(rule.weightDecay());
      momentum = number(rule.momentum());
    }

    @Override
    void begin(long step, double rate) {
      first = step == 1;
      set(this.rate, -rate);
    }

    @Override
    void apply(
        Tensor parameter, Tensor gradient, List<org.kgcoop.tensor.Tensor> buffers, Tensor root) {
      if (buffers.isEmpty()) {
        parameter.add_(gradient, rate);
        return;
      }
      Tensor velocity = buffers.get(0).handle();
      if (first) { // 0 + g would lose the sign of -0
        velocity.copy_(gradient);
      } else {
        velocity.mul_(momentum).add_(gradient);
      }
      parameter.add_(velocity, rate);
    }
  }

  private static sealed class Adam extends Update {
    private final UpdateRule.Adam rule;
    private final Scalar beta1;
    private final Scalar beta2;
    private final Scalar rest1;
    private final Scalar rest2;
    private final Scalar epsilon;
    private final Scalar correction = number();
    private final Scalar rate = number();

    Adam(UpdateRule.Adam rule) {
      super(rule.weightDecay());
      this.rule = rule;
      beta1 = number(rule.beta1());
      beta2 = number(rule.beta2());
      rest1 = number(1 - rule.beta1());
      rest2 = number(1 - rule.beta2());
      epsilon = number(rule.epsilon());
    }

    @Override
    void begin(long step, double rate) {
      set(correction, Math.sqrt(1 - StrictMath.pow(rule.beta2(), (double) step)));
      set(this.rate, -(rate / (1 - StrictMath.pow(rule.beta1(), (double) step))));
    }

    @Override
    void apply(
        Tensor parameter, Tensor gradient, List<org.kgcoop.tensor.Tensor> buffers, Tensor root) {
      Tensor mean = buffers.get(0).handle();
      Tensor square = buffers.get(1).handle();
      mean.mul_(beta1).add_(gradient, rest1);
      square.mul_(beta2).addcmul_(gradient, gradient, rest2);
      torch.sqrt_out(root, square).div_(correction).add_(epsilon);
      parameter.addcdiv_(mean, root, rate);
    }
  }

  private static final class AdamW extends Adam {
    private final double weightDecay;
    private final Scalar decayFactor = number();

    AdamW(UpdateRule.AdamW rule) {
      super(new UpdateRule.Adam(rule.beta1(), rule.beta2(), rule.epsilon(), 0));
      weightDecay = rule.weightDecay();
    }

    @Override
    void begin(long step, double rate) {
      super.begin(step, rate);
      set(decayFactor, 1 - rate * weightDecay);
    }

    @Override
    void apply(
        Tensor parameter, Tensor gradient, List<org.kgcoop.tensor.Tensor> buffers, Tensor root) {
      if (weightDecay != 0) {
        parameter.mul_(decayFactor);
      }
      super.apply(parameter, gradient, buffers, root);
    }
  }
}
