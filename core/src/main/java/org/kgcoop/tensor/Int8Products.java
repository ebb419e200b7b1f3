package org.kgcoop.tensor;

import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;
import org.kgcoop.Lazy;

/**
 * Matrix products in int8 on the CPU, by oneDNN through LibTorch's dispatcher. A weight has one
 * scale per output. Each row of the input is divided by its largest absolute value, quantized with
 * a common zero point, and multiplied by this value after the product. Large rows therefore do not
 * take precision from the others.
 *
 * <p>Without VNNI instructions, pairs of products are added in 16 bits, which 8-bit rows exceed.
 * Rows then have 7 bits.
 */
final class Int8Products {
  private static final double LARGEST = 127;
  private static final Scalar TINY = Scope.forever(new Scalar(1e-12));

  /** Relative error of the test below. About 8e-4 is usual, and twice as much with 7-bit rows. */
  private static final double TOLERANCE = 3e-3;

  private static final Lazy<Optional<Int8Products>> PRODUCTS = new Lazy<>(Int8Products::tried);

  /** The bits of a value of a row: 8 or 7. */
  final int bits;

  private final OperatorHandle quantize;
  private final OperatorHandle pack;
  private final OperatorHandle linear;

  private Int8Products(int bits) {
    this.bits = bits;
    Dispatcher dispatcher = Dispatcher.singleton();
    quantize = Scope.forever(dispatcher.findSchemaOrThrow("aten::quantize_per_channel", ""));
    pack = Scope.forever(dispatcher.findSchemaOrThrow("quantized::linear_prepack", ""));
    linear = Scope.forever(dispatcher.findSchemaOrThrow("quantized::linear_dynamic", ""));
  }

  /**
   * Returns the products with as many bits as this processor adds exactly, or empty if this build
   * of the library does not have them. They are faster than float32 with AVX2 and AVX-512, so the
   * instruction set decides. A measured speed would depend on other programs.
   */
  static Optional<Int8Products> available() {
    return PRODUCTS.get();
  }

  private static Optional<Int8Products> tried() {
    Engine.ensureLoaded();
    if (!Kernels.inUse().aten().startsWith("AVX")) {
      return Optional.empty();
    }
    try {
      torch.globalContext().setQEngine(torch.QEngine.ONEDNN);
      return Stream.of(8, 7).map(Int8Products::new).filter(Int8Products::isRight).findFirst();
    } catch (RuntimeException e) {
      return Optional.empty(); // unknown to this build, or to this processor
    }
  }

  private boolean isRight() {
    try (Scope scope = Scope.open("int8");
        Autograd.Switch off = Autograd.off()) {
      Tensor x = Arithmetic.sample(5, 48);
      Tensor bias = Arithmetic.sample(32);
      // Largest values, of which pairs of products do not fit into 16 bits.
      Tensor large = Tensor.full(1, 32, 48);
      return isRight(x, Arithmetic.sample(32, 48), bias)
          && isRight(Tensor.full(1, 5, 48), large, bias)
          && isRight(x, large, bias);
    }
  }

  private boolean isRight(Tensor x, Tensor weight, Tensor bias) {
    Tensor expected = Functions.linear(x, weight, bias);
    try (IValue packed = packed(weight)) {
      Tensor difference = product(x, packed, bias).minus(expected);
      return difference.norm().item() <= TOLERANCE * x.norm().item() * weight.norm().item();
    }
  }

  /**
   * Quantizes and packs a weight. The caller closes the result.
   *
   * @param weight (out, in), float32
   */
  IValue packed(Tensor weight) {
    return NativeCall.run(
        "int8 weight",
        () -> {
          try (PointerScope call = new PointerScope()) {
            org.bytedeco.pytorch.Tensor w = weight.handle().contiguous();
            org.bytedeco.pytorch.Tensor scales =
                largest(w).squeeze().reshape(w.size(0)).div(new Scalar(LARGEST));
            org.bytedeco.pytorch.Tensor quantized =
                Packing.called(
                    quantize,
                    () ->
                        new IValueVector(
                            new IValue(w),
                            new IValue(scales.to(torch.ScalarType.Double)),
                            new IValue(
                                torch.zeros(new long[] {w.size(0)}).to(torch.ScalarType.Long)),
                            new IValue(0L), // the axis of the scales
                            new IValue((long) torch.ScalarType.QInt8.value)));
            IValueVector stack = new IValueVector(new IValue(quantized), new IValue());
            pack.callBoxed(stack);
            IValue packed = new IValue(stack.get(0)); // the stack owns its values
            packed.retainReference();
            call.detach(packed);
            return packed;
          }
        },
        weight);
  }

  /**
   * Computes {@code x W^T + b}. It must not be recorded.
   *
   * @param x (N, in), float32
   * @param packed W, by {@link #packed}
   * @param bias (out), float32
   * @return (N, out), float32
   */
  Tensor product(Tensor x, IValue packed, Tensor bias) {
    return NativeCall.tensor(
        "int8 product",
        () -> {
          org.bytedeco.pytorch.Tensor largest = largest(x.handle());
          org.bytedeco.pytorch.Tensor rows = x.handle().div(largest);
          org.bytedeco.pytorch.Tensor product =
              Packing.called(
                  linear, () -> new IValueVector(new IValue(rows), packed, new IValue(bits < 8)));
          return torch.addcmul(bias.handle(), product, largest);
        },
        x,
        bias);
  }

  /** Returns the largest absolute value of each row, at least a tiny one: (N, n) to (N, 1). */
  private static org.bytedeco.pytorch.Tensor largest(org.bytedeco.pytorch.Tensor rows) {
    long[] last = {1};
    org.bytedeco.pytorch.Tensor high = rows.amax(last, true);
    return torch.maximum(high, rows.amin(last, true).neg()).clamp_min(TINY);
  }
}
