package org.kgcoop.tensor;

import com.google.errorprone.annotations.MustBeClosed;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Reverse-mode differentiation. Each thread has its own switch, which is on at first. */
public final class Autograd {
  private Autograd() {}

  /** The result of {@link #off()}. Closing it restores the previous state. */
  public static final class Switch implements AutoCloseable {
    private final boolean before;

    private Switch(boolean enabled) {
      Engine.ensureLoaded();
      before = GradMode.is_enabled();
      GradMode.set_enabled(enabled);
    }

    @Override
    public void close() {
      GradMode.set_enabled(before);
    }
  }

  /** Stops recording in this thread until the switch is closed. */
  @MustBeClosed
  public static Switch off() {
    return new Switch(false);
  }

  /** Sets recording to the state of the thread that submitted the work. */
  @MustBeClosed
  static Switch set(boolean recording) {
    return new Switch(recording);
  }

  /** Returns true if this thread records. */
  static boolean isOn() {
    Engine.ensureLoaded();
    return GradMode.is_enabled();
  }

  /**
   * Computes the gradients of a scalar.
   *
   * @param loss ()
   * @param parameters tensors that require gradients and that the loss depends on
   * @param retainGraph true if the graph will be used again
   * @return one tensor per parameter, of its shape and in the same order
   */
  public static List<Tensor> gradients(Tensor loss, List<Tensor> parameters, boolean retainGraph) {
    return gradients(List.of(loss), List.of(), parameters, retainGraph);
  }

  /**
   * Computes the gradients of a weighted sum of several tensors.
   *
   * @param outputs tensors that depend on the parameters
   * @param weights one tensor per output, of its shape: the weights of its elements in the sum,
   *     such as the gradient of the later computation with respect to the output; none for a scalar
   * @param retainGraph true if the same graph is differentiated again
   * @return one tensor per parameter, of its shape and in the same order
   */
  public static List<Tensor> gradients(
      List<Tensor> outputs, List<Tensor> weights, List<Tensor> parameters, boolean retainGraph) {
    Scope scope = Scope.innermost();
    return NativeCall.run(
        "gradients",
        () ->
            list(
                torch.grad(
                    vector(outputs),
                    vector(parameters),
                    vector(weights),
                    new BoolOptional(retainGraph),
                    false,
                    false),
                scope),
        outputs.toArray(Tensor[]::new));
  }

  static TensorVector vector(List<Tensor> tensors) {
    TensorVector vector = new TensorVector();
    for (Tensor tensor : tensors) {
      tensor.checkOpen("list of tensors");
      vector.push_back(tensor.handle());
    }
    return vector;
  }

  private static List<Tensor> list(TensorVector vector, Scope scope) {
    List<Tensor> tensors = new ArrayList<>();
    for (long i = 0; i < vector.size(); i++) {
      // get() points into the vector, so make a copy with its own reference.
      tensors.add(new Tensor(new org.bytedeco.pytorch.Tensor(vector.get(i)), scope));
    }
    return List.copyOf(tensors);
  }
}
