package org.kgcoop.tensor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.kgcoop.KgCoopException;

/**
 * An optimizer. It updates its parameters in place from given gradients. The parameters equal those
 * of LibTorch's optimizers in every bit.
 */
public final class Optimizer implements AutoCloseable {
  private static final String STEPS = "steps";

  private final UpdateRule rule;
  private final Update update;
  private final List<Slot> slots;
  private long steps;

  /**
   * A parameter and the memory for its steps, all of its shape.
   *
   * @param buffers the tensors of {@link UpdateRule#buffers}
   * @param decayed memory that all parameters share
   * @param root memory that all parameters share
   */
  private record Slot(Tensor parameter, List<Tensor> buffers, Tensor decayed, Tensor root) {}

  /**
   * Creates an optimizer without previous steps.
   *
   * @param parameters the parameters to update, float32; they must outlive this object
   */
  public Optimizer(List<Tensor> parameters, UpdateRule rule) {
    this.rule = rule;
    try (Scope scope = Scope.open("optimizer");
        Autograd.Switch off = Autograd.off()) {
      long largest = parameters.stream().mapToLong(Tensor::count).max().orElse(0);
      Tensor decayed = Tensor.full(0, largest);
      Tensor root = Tensor.full(0, largest);
      slots =
          parameters.stream()
              .map(
                  parameter ->
                      new Slot(
                          parameter,
                          rule.buffers().stream().map(name -> zeros(parameter)).toList(),
                          part(decayed, parameter),
                          part(root, parameter)))
              .toList();
      update = Update.of(rule);
      retainedTensors().forEach(Tensor::keep);
    }
  }

  private static Tensor zeros(Tensor like) {
    return Tensor.full(0, like.shape()).to(like.device());
  }

  private static Tensor part(Tensor memory, Tensor like) {
    return memory.narrow(0, 0, like.count()).reshape(like.shape()).to(like.device());
  }

  private List<Tensor> retainedTensors() {
    List<Tensor> retainedTensors = new ArrayList<>();
    for (Slot slot : slots) {
      retainedTensors.addAll(slot.buffers);
      retainedTensors.add(slot.decayed);
      retainedTensors.add(slot.root);
    }
    return retainedTensors;
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
    try (Scope scope = Scope.open("optimizer step");
        Autograd.Switch off = Autograd.off();
        Autograd.Bypass bypass = new Autograd.Bypass()) {
      steps++;
      update.begin(steps, learningRate);
      for (int i = 0; i < gradients.size(); i++) {
        Slot slot = slots.get(i);
        Tensor gradient = gradients.get(i);
        NativeCall.run("step", () -> updated(slot, gradient), slot.parameter, gradient);
      }
    }
  }

  private Slot updated(Slot slot, Tensor gradient) {
    update.apply(
        slot.parameter.handle(),
        gradient.handle(),
        slot.buffers,
        slot.decayed.handle(),
        slot.root.handle());
    return slot;
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
    retainedTensors().forEach(Tensor::close);
    update.close();
  }
}
