package org.kgcoop.tensor;

import com.google.errorprone.annotations.MustBeClosed;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Reverse-mode differentiation. Recording is on in a new thread, and switched per thread. */
public final class Autograd {
  private Autograd() {}

  /** The result of {@link #off()}: closing restores the state before. */
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

  /** Records or does not, as another thread that handed on its work. */
  @MustBeClosed
  static Switch set(boolean recording) {
    return new Switch(recording);
  }

  /** True if this thread records. */
  static boolean isOn() {
    Engine.ensureLoaded();
    return GradMode.is_enabled();
  }

  /**
   * The gradients of a scalar.
   *
   * @param loss ()
   * @param parameters tensors that require gradients and that the loss depends on
   * @param retainGraph whether the same graph will be gone through again
   * @return for each parameter a tensor of its shape, in the same order
   */
  public static List<Tensor> gradients(Tensor loss, List<Tensor> parameters, boolean retainGraph) {
    return NativeCall.run(
        "gradients", () -> gradients(loss, new TensorVector(), parameters, retainGraph), loss);
  }

  /**
   * The gradients of {@code sum(output * cotangent)}.
   *
   * @param output of any shape
   * @param cotangent of the same shape: the gradient of what comes after, by the output
   * @param parameters tensors that require gradients and that the output depends on
   * @param retainGraph whether the same graph will be gone through again
   * @return for each parameter a tensor of its shape, in the same order
   */
  public static List<Tensor> gradients(
      Tensor output, Tensor cotangent, List<Tensor> parameters, boolean retainGraph) {
    return NativeCall.run(
        "gradients",
        () -> gradients(output, new TensorVector(cotangent.handle()), parameters, retainGraph),
        output,
        cotangent);
  }

  private static List<Tensor> gradients(
      Tensor output, TensorVector cotangents, List<Tensor> parameters, boolean retainGraph) {
    Scope scope = Scope.innermost();
    TensorVector gradients =
        torch.grad(
            new TensorVector(output.handle()),
            vector(parameters),
            cotangents,
            new BoolOptional(retainGraph),
            false,
            false);
    return list(gradients, scope);
  }

  /**
   * The gradients of several tensors at once, each weighed by one of its shape.
   *
   * @param outputs what depends on the parameters
   * @param weights what each output's elements are multiplied with before all are summed
   * @param retainGraph whether the same graph will be gone through again
   * @return for each parameter a tensor of its shape, in the same order
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

  static List<Tensor> list(TensorVector vector, Scope scope) {
    List<Tensor> tensors = new ArrayList<>();
    for (long i = 0; i < vector.size(); i++) {
      // get() points into the vector: the copy has a reference of its own.
      tensors.add(new Tensor(new org.bytedeco.pytorch.Tensor(vector.get(i)), scope));
    }
    return List.copyOf(tensors);
  }
}
