package org.kgcoop.tensor;

import java.util.Optional;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.TensorTensorHook;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer, {@code s x W^T + b}. A frozen one, in float32 and on the CPU, may be given to
 * take a copy of its weight that is {@link Packing packed} once, forward and backward; others have
 * LibTorch's own products.
 *
 * <p>Does not own weight and bias; {@link #close} frees the packed copies.
 */
public final class Linear implements AutoCloseable {
  private final Tensor weight; // (out, in)
  private final Tensor bias; // (out)
  private final double scale;
  private final Packs packs;
  private @Nullable Packed packed;

  /** The occasions that are worth the memory of packed copies. */
  public enum Packs {
    /** None. */
    NEVER,
    /** A gradient by the input: the same weight meets some hundred rows in step after step. */
    WITH_GRADIENTS,
    /** Any. */
    ALWAYS
  }

  /**
   * A layer.
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
   * The output for rows.
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
   * The two products. The binding has no way to give LibTorch an operation with a gradient of its
   * own, so this one is made of what there is: an operation of the right shapes that costs next to
   * nothing, whose result is given other values, and whose gradient a hook replaces.
   */
  private static final class Packed {
    /**
     * The gradient by x, from the hook on an output to the one on its input. What lies between them
     * is gone through at once, since it was recorded last of all that is ready then.
     */
    private static final ThreadLocal<TensorBase> BY_INPUT = new ThreadLocal<>();

    private final Packing packing;
    private final Tensor weight;
    private final Tensor bias;
    private final double scale;
    private final Tensor forward; // s W, packed: (out, in)
    private @Nullable Tensor backward; // s W^T, packed: (in, out); made for the first gradient

    private final TensorTensorHook onOutput =
        Scope.forever(
            new TensorTensorHook() {
              @Override
              public TensorBase call(TensorBase byOutput) {
                BY_INPUT.set(gradient(byOutput));
                return byOutput;
              }
            });
    private final TensorTensorHook onInput =
        Scope.forever(
            new TensorTensorHook() {
              @Override
              public TensorBase call(TensorBase ofStandIn) {
                TensorBase gradient = BY_INPUT.get();
                BY_INPUT.remove();
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

    private TensorBase gradient(TensorBase byOutput) {
      return packing.product(new org.bytedeco.pytorch.Tensor(byOutput), backward().handle(), null);
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
