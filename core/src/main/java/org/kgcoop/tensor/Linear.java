package org.kgcoop.tensor;

import java.util.Optional;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.TensorTensorHook;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer, {@code s x W^T + b}. A frozen layer in float32 on the CPU can use a copy of its
 * weight that is {@link Packing packed} once, for forward and backward. Other layers use LibTorch's
 * products.
 *
 * <p>It does not own weight and bias. {@link #close} frees the packed copies.
 */
public final class Linear implements AutoCloseable {
  private final Tensor weight; // (out, in)
  private final Tensor bias; // (out)
  private final double scale;
  private final Packs packs;
  private @Nullable Packed packed;

  /** The situations that justify the memory of packed copies. */
  public enum Packs {
    /** No situation. */
    NEVER,
    /**
     * Gradients with respect to the input, in which a weight is multiplied with a few hundred rows
     * in every step.
     */
    WITH_GRADIENTS,
    /** Every situation. */
    ALWAYS
  }

  /**
   * Creates a layer.
   *
   * @param weight (out, in)
   * @param bias (out), not scaled
   */
  public Linear(Tensor weight, Tensor bias, double scale, Packs packs) {
    this.weight = weight;
    this.bias = bias;
    this.scale = scale;
    this.packs = packs;
  }

  /**
   * Computes the output for rows.
   *
   * @param x (N, in)
   * @return (N, out)
   */
  public Tensor apply(Tensor x) {
    if (isWorthPacking(x) && isFrozen()) {
      Optional<Packing> packing = Packing.available();
      if (packing.isPresent()) {
        return packed(packing.get()).apply(x);
      }
    }
    return scale == 1
        ? Functions.linear(x, weight, bias)
        : Functions.scaledLinear(x, weight, scale, bias);
  }

  private boolean isWorthPacking(Tensor x) {
    return switch (packs) {
      case NEVER -> false;
      case WITH_GRADIENTS -> Autograd.isOn() && x.requiresGradient();
      case ALWAYS -> true;
    };
  }

  private boolean isFrozen() {
    return !weight.requiresGradient() && weight.dtype() == DType.FLOAT32 && weight.device().isCpu();
  }

  private synchronized Packed packed(Packing packing) {
    if (packed == null) {
      packed = new Packed(packing, weight, bias, scale);
    }
    return packed;
  }

  @Override
  public synchronized void close() {
    if (packed != null) {
      packed.close();
      packed = null;
    }
  }

  /**
   * The packed forward and backward product. The binding cannot define an operation with its own
   * gradient. This class therefore records a cheap operation of the right shapes, overwrites its
   * result, and replaces its gradient in a hook.
   */
  private static final class Packed {
    /**
     * The gradient with respect to x, passed from the hook of an output to that of its input.
     * Autograd runs the operations between them directly, because they were recorded last.
     */
    private static final ThreadLocal<TensorBase> INPUT_GRADIENT = new ThreadLocal<>();

    private final Packing packing;
    private final Tensor weight;
    private final Tensor bias;
    private final double scale;
    private final Tensor forward; // s W, packed: (out, in)
    private @Nullable Tensor backward; // s W^T, packed: (in, out); created for the first gradient

    private final TensorTensorHook onOutput =
        Scope.forever(
            new TensorTensorHook() {
              @Override
              public TensorBase call(TensorBase outputGradient) {
                INPUT_GRADIENT.set(gradient(outputGradient));
                return outputGradient;
              }
            });
    private final TensorTensorHook onInput =
        Scope.forever(
            new TensorTensorHook() {
              @Override
              public TensorBase call(TensorBase standInGradient) {
                TensorBase gradient = INPUT_GRADIENT.get();
                INPUT_GRADIENT.remove();
                return gradient;
              }
            });

    Packed(Packing packing, Tensor weight, Tensor bias, double scale) {
      this.packing = packing;
      this.weight = weight;
      this.bias = bias;
      this.scale = scale;
      forward = packed(false);
    }

    private Tensor packed(boolean transposed) {
      try (Scope scope = Scope.open("packed weight");
          Autograd.Switch off = Autograd.off()) {
        Tensor scaled = scale == 1 ? weight : weight.times(scale);
        return packing.packed(transposed ? scaled.transpose(0, 1) : scaled).keep();
      }
    }

    private synchronized Tensor backward() {
      if (backward == null) {
        backward = packed(true);
      }
      return backward;
    }

    Tensor apply(Tensor x) {
      if (!Autograd.isOn() || !x.requiresGradient()) {
        return packing.product(x, forward, bias);
      }
      long[] shape = {x.size(0), bias.size(0)};
      return NativeCall.tensor(
          "linear",
          () -> {
            org.bytedeco.pytorch.Tensor input = x.handle().view_as(x.handle());
            input.register_hook(onInput);
            org.bytedeco.pytorch.Tensor output = input.narrow(1, 0, 1).expand(shape).clone();
            try (Autograd.Switch off = Autograd.off()) {
              output.set_data(packing.product(x.handle(), forward.handle(), bias.handle()));
            }
            output.register_hook(onOutput);
            return output;
          },
          x,
          forward);
    }

    private TensorBase gradient(TensorBase outputGradient) {
      return packing.product(
          new org.bytedeco.pytorch.Tensor(outputGradient), backward().handle(), null);
    }

    void close() {
      forward.close();
      if (backward != null) {
        backward.close();
      }
      onOutput.close();
      onInput.close();
    }
  }
}
