package org.kgcoop.tensor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.bytedeco.pytorch.Scalar;
import org.kgcoop.KgCoopException;

/**
 * An optimizer. It updates its parameters in place from given gradients. The parameters equal those
 * of LibTorch's optimizers in every bit.
 */
public final class Optimizer implements AutoCloseable {
  private static final String STEPS = "steps";

  private final UpdateRule rule;
  private final List<Slot> slots;
  private long steps;

  /**
   * A parameter and what its steps leave, all of its shape.
   *
   * @param buffers the tensors of {@link UpdateRule#buffers}
   */
  private record Slot(Tensor parameter, List<Tensor> buffers) {}

  /**
   * Creates an optimizer without previous steps.
   *
   * @param parameters the parameters to update, float32; they must outlive this object
   */
  public Optimizer(List<Tensor> parameters, UpdateRule rule) {
    this.rule = rule;
    try (Scope scope = Scope.open("optimizer")) {
      slots =
          parameters.stream()
              .map(p -> new Slot(p, rule.buffers().stream().map(name -> zeros(p).keep()).toList()))
              .toList();
    }
  }

  private static Tensor zeros(Tensor like) {
    return Tensor.full(0, like.shape()).to(like.device());
  }

  /**
   * Updates the parameters.
   *
   * @param gradients one per parameter, of its shape and in the same order
   * @throws IllegalArgumentException if their number or a number of elements differs; then nothing
   *     changes
   */
  public void step(List<Tensor> gradients, double learningRate) {
    check(gradients);
    steps++;
    for (int i = 0; i < gradients.size(); i++) {
      Slot slot = slots.get(i);
      Tensor gradient = gradients.get(i);
      try (Scope scope = Scope.open("optimizer step");
          Autograd.Switch off = Autograd.off()) {
        NativeCall.run(
            "step", () -> updated(slot, gradient, learningRate), slot.parameter, gradient);
      }
    }
  }

  /** Applies LibTorch's operations in LibTorch's order. */
  private org.bytedeco.pytorch.Tensor updated(Slot slot, Tensor gradient, double learningRate) {
    var parameter = slot.parameter.handle();
    var buffers = slot.buffers.stream().map(Tensor::handle).toList();
    var g = gradient.handle();
    double decay = rule.weightDecay();
    if (rule instanceof UpdateRule.Adam adam) {
      if (decay != 0 && adam.decoupled()) {
        parameter.mul_(number(1 - learningRate * decay));
      } else if (decay != 0) {
        g = g.add(parameter, number(decay));
      }
      var mean = buffers.get(0).mul_(number(adam.beta1())).add_(g, number(1 - adam.beta1()));
      var square = buffers.get(1).mul_(number(adam.beta2()));
      square.addcmul_(g, g, number(1 - adam.beta2()));
      double correction = Math.sqrt(1 - StrictMath.pow(adam.beta2(), (double) steps));
      var root = square.sqrt().div_(number(correction)).add_(number(adam.epsilon()));
      double rate = learningRate / (1 - StrictMath.pow(adam.beta1(), (double) steps));
      return parameter.addcdiv_(mean, root, number(-rate));
    }
    g = decay == 0 ? g : g.add(parameter, number(decay));
    if (rule instanceof UpdateRule.Sgd sgd && sgd.momentum() != 0) {
      var velocity = buffers.get(0);
      // 0 + g would lose the sign of -0.
      g = steps == 1 ? velocity.copy_(g) : velocity.mul_(number(sgd.momentum())).add_(g);
    }
    return parameter.add_(g, number(-learningRate));
  }

  /**
   * Returns a native number. It is infinite if no float holds the value, such as a rate divided by
   * a bias correction. LibTorch would throw an exception. Training reports the infinite parameters.
   */
  private static Scalar number(double value) {
    boolean isHeld = !Float.isInfinite((float) value);
    return new Scalar(isHeld ? value : Math.copySign(Double.POSITIVE_INFINITY, value));
  }

  private void check(List<Tensor> gradients) {
    if (gradients.size() != slots.size()) {
      throw new IllegalArgumentException(
          "gradients: expected " + slots.size() + ", got " + gradients.size());
    }
    for (int i = 0; i < gradients.size(); i++) {
      Tensor parameter = slots.get(i).parameter;
      Tensor gradient = gradients.get(i);
      parameter.checkOpen("step");
      gradient.checkOpen("step");
      if (gradient.handle().numel() != parameter.handle().numel()) { // faster than their shapes
        throw new IllegalArgumentException(
            "gradient %s: expected %s, got %s".formatted(i, parameter, gradient));
      }
    }
  }

  /**
   * Returns the state that the next step depends on, except the parameters, for {@link #load}. The
   * names are PyTorch's, with the position of the parameter, such as {@code exp_avg/0}. The tensors
   * change with the next step.
   */
  public Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    state.put(STEPS, Tensor.of(new long[] {steps}, 1));
    for (int i = 0; i < slots.size(); i++) {
      List<Tensor> buffers = slots.get(i).buffers;
      for (int j = 0; j < buffers.size(); j++) {
        state.put(rule.buffers().get(j) + "/" + i, buffers.get(j));
      }
    }
    return state;
  }

  /**
   * Restores a state of {@link #state()} for the same rule and parameters of the same shapes.
   *
   * @throws KgCoopException if the state has other tensors; then nothing changes
   */
  public void load(Map<String, Tensor> state) {
    try (Scope scope = Scope.open("optimizer state")) {
      Map<String, Tensor> own = state();
      if (!described(state).equals(described(own))) {
        throw KgCoopException.weights(
            "optimizer %s: expected the state %s, got %s"
                .formatted(rule.id(), described(own), described(state)));
      }
      own.forEach((name, tensor) -> tensor.copy_(Objects.requireNonNull(state.get(name))));
      steps = Objects.requireNonNull(own.get(STEPS)).toLongs()[0];
    }
  }

  private static Map<String, String> described(Map<String, Tensor> state) {
    Map<String, String> described = new TreeMap<>();
    state.forEach((name, tensor) -> described.put(name, tensor.toString()));
    return described;
  }

  @Override
  public void close() {
    slots.forEach(slot -> slot.buffers.forEach(Tensor::close));
  }
}
