package org.kgcoop.tensor;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.TensorTensorHook;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer, {@code s x W^T + b}. A frozen layer in float32 or bf16 on the CPU can use a copy
 * of its weight that is {@link Packing packed} once, for forward and backward. A frozen layer can
 * also compute in {@link Int8Products int8}. Other layers use LibTorch's products. A single image
 * would keep one core busy, so {@link Workers} compute parts of the outputs at the same time.
 *
 * <p>It does not own weight and bias. {@link #close} frees the packed copies.
 */
public final class Linear implements AutoCloseable {
  /** The size of a weight from which the parts take longer than to pass them to other threads. */
  private static final long LEAST_WEIGHTS = 1 << 19;

  private static final long LEAST_ROWS = 64;
  private static final long LEAST_OUTPUTS = 256; // of a part

  /** Whether the parts have the bits of the whole, by type and shape. */
  private static final Map<String, Boolean> EQUAL = new ConcurrentHashMap<>();

  /**
   * The gradient with respect to x, passed from the hook of an output to that of its input.
   * Autograd runs the operations between them directly, because they were recorded last.
   */
  private static final ThreadLocal<TensorBase> INPUT_GRADIENT = new ThreadLocal<>();

  private final Tensor weight; // (out, in)
  private final Tensor bias; // (out)
  private final double scale;
  private final Packs packs;
  private final long first; // of the outputs
  private final long outputs; // the number of outputs, or -1 for all
  private @Nullable Packed packed;
  private @Nullable IValue int8;
  private @Nullable Consumer<Tensor> observer;
  // A caller waits for workers while it holds this lock, and workers take that of this object.
  private final Object dividing = new Object();
  private @Nullable List<Linear> parts; // of the outputs

  /** Says whether packed copies are worth their memory. */
  public enum Packs {
    /** The layer has so many rows, or is used so rarely, that packing in every product is cheap. */
    NEVER,
    /** The layer is often used with at most a few hundred rows. */
    ALWAYS,
    /** The layer computes in int8, without gradients. The weight that it is made of is not. */
    INT8
  }

  /**
   * Creates a layer.
   *
   * @param weight (out, in)
   * @param bias (out), not scaled
   */
  public Linear(Tensor weight, Tensor bias, double scale, Packs packs) {
    this(weight, bias, scale, packs, 0, -1);
  }

  private Linear(Tensor weight, Tensor bias, double scale, Packs packs, long first, long outputs) {
    this.weight = weight;
    this.bias = bias;
    this.scale = scale;
    this.packs = packs;
    this.first = first;
    this.outputs = outputs;
  }

  /** Returns true if this processor computes int8 products faster than float32. */
  public static boolean hasInt8() {
    return Int8Products.available().isPresent();
  }

  /** Returns the bits of the rows of int8 products: 8, or 7 without VNNI instructions. */
  public static int int8Bits() {
    return Int8Products.available().orElseThrow().bits;
  }

  /** Returns a layer for some outputs of this one, with packed copies of its own. */
  public Linear part(long from, long count) {
    Linear part = new Linear(weight, bias, scale, packs, first + from, count);
    part.observer = observer;
    return part;
  }

  /**
   * Passes the rows of every later call to an observer, also those of later parts. Threads may call
   * it at once.
   *
   * @return this layer
   */
  @CanIgnoreReturnValue
  public Linear observedBy(Consumer<Tensor> rows) {
    observer = rows;
    return this;
  }

  private Tensor weight() {
    return outputs < 0 ? weight : weight.narrow(0, first, outputs);
  }

  private Tensor bias() {
    return outputs < 0 ? bias : bias.narrow(0, first, outputs);
  }

  /**
   * Computes the output for rows.
   *
   * @param rows (N, in), of any floating type
   * @return (N, out), of the type of the weight, or float32 if the layer computes in int8
   */
  public Tensor apply(Tensor rows) {
    if (observer != null) {
      observer.accept(rows);
    }
    List<Linear> divided = divided(rows);
    return divided == null ? whole(rows) : joined(divided, rows);
  }

  /**
   * Returns the parts of the outputs for the calling thread, or null if it computes the whole. An
   * output is the sum over one row of the weight, so its bits do not depend on the other outputs,
   * unless a kernel computes the outputs at the end of a block in another way. The first layer of
   * each shape is therefore compared with the whole product.
   */
  private @Nullable List<Linear> divided(Tensor rows) {
    long size = outputs < 0 ? weight.size(0) : outputs;
    if (packs == Packs.NEVER
        || !isWorthDividing(rows, size)
        || (packs == Packs.ALWAYS && !isFrozen())) {
      return null;
    }
    synchronized (dividing) {
      if (parts == null && !hasPackedCopy()) { // no second copy for one image
        parts = new ArrayList<>();
        long count = Math.min(Workers.dividing(), size / LEAST_OUTPUTS);
        for (long i = 0; i < count; i++) {
          long from = size * i / count;
          parts.add(part(from, size * (i + 1) / count - from));
        }
      }
      return parts != null && areEqual(parts, size, rows) ? parts : null;
    }
  }

  private static boolean isWorthDividing(Tensor rows, long outputs) {
    return Workers.dividing() > 1
        && !Autograd.isOn()
        && rows.size(0) >= LEAST_ROWS
        && outputs >= 2 * LEAST_OUTPUTS
        && outputs * rows.size(1) >= LEAST_WEIGHTS;
  }

  private boolean areEqual(List<Linear> divided, long size, Tensor rows) {
    String kind = packs + " " + weight.dtype() + " " + size + " " + divided.size();
    return EQUAL.computeIfAbsent(
        kind + " " + Arrays.toString(rows.shape()),
        key -> {
          try (Scope scope = Scope.open("comparison");
              Linear copy = part(0, size)) {
            float[] expected = copy.whole(rows).to(DType.FLOAT32).toFloats();
            return Arrays.equals(joined(divided, rows).to(DType.FLOAT32).toFloats(), expected);
          }
        });
  }

  private static Tensor joined(List<Linear> divided, Tensor rows) {
    List<Tensor> outputs = new ArrayList<>();
    Workers.map(divided.size(), i -> List.of(divided.get(i).whole(rows))).forEach(outputs::addAll);
    return Tensor.concat(outputs, 1);
  }

  private synchronized boolean hasPackedCopy() {
    return packed != null || int8 != null;
  }

  /** Computes all outputs on the calling thread. */
  private Tensor whole(Tensor rows) {
    if (packs == Packs.INT8) {
      Int8Products products = Int8Products.available().orElseThrow();
      Tensor bias = bias().to(DType.FLOAT32);
      return products.product(rows.to(DType.FLOAT32), int8(products), bias);
    }
    Tensor x = rows.to(weight.dtype());
    if (packs == Packs.ALWAYS && isFrozen()) {
      return packed().apply(x);
    }
    return scale == 1
        ? Functions.linear(x, weight(), bias())
        : Functions.scaledLinear(x, weight(), scale, bias());
  }

  private boolean isFrozen() {
    return !weight.requiresGradient() && weight.device().isCpu() && Packing.packs(weight.dtype());
  }

  private synchronized Packed packed() {
    if (packed == null) {
      packed = new Packed();
    }
    return packed;
  }

  private synchronized IValue int8(Int8Products products) {
    if (int8 == null) {
      try (Scope scope = Scope.open("int8 weight");
          Autograd.Switch off = Autograd.off()) {
        int8 = products.packed(weight().to(DType.FLOAT32).times(scale));
      }
    }
    return int8;
  }

  @Override
  public void close() {
    closeCopies();
    synchronized (dividing) {
      if (parts != null) {
        parts.forEach(Linear::close);
        parts = null;
      }
    }
  }

  private synchronized void closeCopies() {
    if (int8 != null) {
      int8.close();
      int8 = null;
    }
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
  private final class Packed {
    private final Packing packing = Packing.available();
    private final Tensor forward = packed(false); // s W, packed: (out, in)
    private @Nullable Tensor backward; // s W^T, packed: (in, out); created for the first gradient

    private final TensorTensorHook onOutput =
        hook(
            outputGradient -> {
              INPUT_GRADIENT.set(gradient(outputGradient));
              return outputGradient;
            });
    private final TensorTensorHook onInput =
        hook(
            standInGradient -> {
              TensorBase gradient = INPUT_GRADIENT.get();
              INPUT_GRADIENT.remove();
              return gradient;
            });

    private static TensorTensorHook hook(UnaryOperator<TensorBase> gradient) {
      return Scope.forever(
          new TensorTensorHook() {
            @Override
            public TensorBase call(TensorBase given) {
              return gradient.apply(given);
            }
          });
    }

    private Tensor packed(boolean transposed) {
      try (Scope scope = Scope.open("packed weight");
          Autograd.Switch off = Autograd.off()) {
        Tensor scaled = scale == 1 ? weight() : weight().times(scale);
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
        return packing.product(x, forward, bias());
      }
      Tensor bias = bias();
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
