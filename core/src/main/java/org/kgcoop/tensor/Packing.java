package org.kgcoop.tensor;

import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.FunctionSchema;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.kgcoop.Lazy;

/**
 * Matrix products with a weight in the layout of a kernel. They use oneDNN through LibTorch's
 * dispatcher, because the binding has no methods for them. OpenBLAS converts a weight to its layout
 * in every product, which takes longer than the arithmetic if there are few rows.
 *
 * <p>FBGEMM's products with weights in fp16 would save 6 % of the time of a ViT-B/16 with AVX2. But
 * to test and pack its weights takes 1.2 s longer at each start, as much as 40 images save.
 */
final class Packing {
  /** The number of rows that weights are packed for. Other numbers also work. */
  private static final long ROWS = 100;

  private static final Lazy<Optional<Packing>> PACKING = new Lazy<>(Packing::tried);

  private static final Lazy<Boolean> PACKS_BF16 =
      new Lazy<>(() -> PACKING.get().map(Packing::packsBf16).orElse(false));

  private final OperatorHandle reorder;
  private final OperatorHandle linear;

  @SuppressWarnings({"UnusedVariable", "FieldCanBeLocal"}) // owns the type of the list
  private final FunctionSchema schema;

  private final IValue noScalars;

  private Packing() {
    Dispatcher dispatcher = Dispatcher.singleton();
    reorder = Scope.forever(dispatcher.findSchemaOrThrow("mkldnn::_reorder_linear_weight", ""));
    linear = Scope.forever(dispatcher.findSchemaOrThrow("mkldnn::_linear_pointwise", ""));
    schema = Scope.forever(torch.parseSchema("f(Scalar?[] a) -> int"));
    noScalars =
        Scope.forever(
            new IValue(new GenericList(schema.arguments().type().get().containedType(0))));
  }

  /** Returns the products, if weights of any type {@link #packs can be packed}. */
  static Packing available() {
    return PACKING.get().orElseThrow();
  }

  /**
   * Returns true if weights of this type can be packed: only if this build has the products, and
   * bf16 only with AVX-512 or AVX-NE-CONVERT.
   */
  static boolean packs(DType type) {
    return type == DType.FLOAT32
        ? PACKING.get().isPresent()
        : type == DType.BFLOAT16 && PACKS_BF16.get();
  }

  private boolean packsBf16() {
    try (Scope scope = Scope.open("packing");
        Autograd.Switch off = Autograd.off()) {
      return packed(Arithmetic.sample(32, 48).to(DType.BFLOAT16)).size(0) == 32;
    } catch (RuntimeException e) {
      return false; // refused by this processor
    }
  }

  private static Optional<Packing> tried() {
    Engine.ensureLoaded();
    try {
      Packing packing = new Packing();
      return packing.isRight() ? Optional.of(packing) : Optional.empty();
    } catch (RuntimeException e) {
      return Optional.empty(); // unknown to this build, or to this processor
    }
  }

  private boolean isRight() {
    try (Scope scope = Scope.open("packing");
        Autograd.Switch off = Autograd.off()) {
      Tensor x = Arithmetic.sample(5, 48);
      Tensor weight = Arithmetic.sample(32, 48);
      Tensor bias = Arithmetic.sample(32);
      Tensor expected = Functions.linear(x, weight, bias);
      Tensor difference = product(x, packed(weight), bias).minus(expected);
      return difference.norm().item() <= 1e-5 * expected.norm().item();
    }
  }

  /** Converts a weight to the layout of the kernel. The shape (out, in) does not change. */
  Tensor packed(Tensor weight) {
    return NativeCall.tensor(
        "packed",
        () ->
            called(
                reorder,
                () -> new IValueVector(new IValue(weight.handle().contiguous()), new IValue(ROWS))),
        weight);
  }

  /**
   * Computes {@code x W^T + b}. It must not be recorded.
   *
   * @param x (N, in)
   * @param packed from {@link #packed}, (out, in)
   * @param bias (out), or null for none
   * @return (N, out)
   */
  Tensor product(Tensor x, Tensor packed, @Nullable Tensor bias) {
    return NativeCall.tensor(
        "product",
        () -> product(x.handle(), packed.handle(), bias == null ? null : bias.handle()),
        x,
        packed);
  }

  org.bytedeco.pytorch.Tensor product(
      org.bytedeco.pytorch.Tensor x,
      org.bytedeco.pytorch.Tensor packed,
      org.bytedeco.pytorch.@Nullable Tensor bias) {
    return called(
        linear,
        () ->
            new IValueVector(
                new IValue(x.contiguous()),
                new IValue(packed),
                bias == null ? new IValue() : new IValue(bias),
                new IValue("none"),
                noScalars,
                new IValue()));
  }

  /**
   * Calls an operator and moves the result to the outer scope. The arguments, which reference
   * tensors, are freed at once.
   */
  static org.bytedeco.pytorch.Tensor called(
      OperatorHandle operator, Supplier<IValueVector> arguments) {
    PointerScope around = PointerScope.getInnerScope();
    try (PointerScope call = new PointerScope()) {
      IValueVector stack = arguments.get();
      operator.callBoxed(stack);
      // The result points into the stack, so make a copy with its own reference.
      org.bytedeco.pytorch.Tensor result = new org.bytedeco.pytorch.Tensor(stack.get(0).toTensor());
      around.attach(result);
      return result;
    }
  }
}
