package org.kgcoop.tensor;

import com.google.errorprone.annotations.MustBeClosed;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DispatchKey;

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

  /**
   * Sends operations on CPU tensors past autograd in this thread until it is closed. Without
   * recording, they give the same results, but small ones take a third longer.
   */
  static final class Bypass implements AutoCloseable {
    private final boolean before = torch.tls_is_dispatch_key_excluded(DispatchKey.AutogradCPU);

    Bypass() {
      torch.tls_set_dispatch_key_excluded(DispatchKey.AutogradCPU, true);
    }

    @Override
    public void close() {
      torch.tls_set_dispatch_key_excluded(DispatchKey.AutogradCPU, before);
    }
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
    return NativeCall.run(
        "gradients", () -> gradients(loss, new TensorVector(), parameters, retainGraph), loss);
  }

  /**
   * Computes the gradients of {@code sum(output * cotangent)}.
   *
   * @param output of any shape
   * @param cotangent of the same shape: the gradient of the later computation with respect to the
   *     output
   * @param parameters tensors that require gradients and that the output depends on
   * @param retainGraph true if the graph will be used again
   * @return one tensor per parameter, of its shape and in the same order
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
   * Computes the gradients of a weighted sum of several tensors.
   *
   * @param outputs tensors that depend on the parameters
   * @param weights one tensor per output: the weights of its elements in the sum
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

  static List<Tensor> list(TensorVector vector, Scope scope) {
    List<Tensor> tensors = new ArrayList<>();
    for (long i = 0; i < vector.size(); i++) {
      // get() points into the vector, so make a copy with its own reference.
      tensors.add(new Tensor(new org.bytedeco.pytorch.Tensor(vector.get(i)), scope));
    }
    return List.copyOf(tensors);
  }
}
