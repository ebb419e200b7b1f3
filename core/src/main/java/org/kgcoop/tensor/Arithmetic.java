package org.kgcoop.tensor;

import java.io.IOException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.kgcoop.Lazy;
import org.kgcoop.Messages;
import org.kgcoop.files.Sha256;

/**
 * The arithmetic of this process. The last bits of results differ between instruction sets. Some
 * processors compute bf16 directly, others emulate it.
 */
public final class Arithmetic {
  private static final int SIZE = 384;

  private static final Lazy<String> ID = new Lazy<>(Arithmetic::fingerprint);

  private static final Lazy<Boolean> HAS_BF16 =
      new Lazy<>(() -> bf16Speed() >= 1.2); // emulated: below 0.7

  private Arithmetic() {}

  /**
   * Returns the version of the native library and a digest of small results. It is equal in another
   * process with the same arithmetic.
   */
  public static String id() {
    return ID.get();
  }

  private static String fingerprint() {
    try (Scope scope = Scope.open("arithmetic");
        Autograd.Switch off = Autograd.off()) {
      MessageDigest digest = Sha256.digest();
      for (DType type : List.of(DType.FLOAT32, DType.BFLOAT16)) {
        Tensor x = sample(29, 96).to(type);
        Tensor weight = sample(72, 96).to(type);
        Tensor product = Functions.linear(x, weight, sample(72).to(type));
        Tensor image = sample(1, 8, 12, 12).to(type);
        Tensor convolved = Functions.conv2d(image, sample(24, 8, 3, 3).to(type), 1, 1);
        for (Tensor result :
            List.of(product, Functions.softmax(product, -1), Functions.gelu(product), convolved)) {
          digest.update(result.to(DType.FLOAT32).toBytes());
        }
      }
      return Engine.version() + " " + HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns pseudorandom numbers from -0.5 to 0.5, the same on every machine. */
  static Tensor sample(long... shape) {
    float[] values = new float[(int) Arrays.stream(shape).reduce(1, Math::multiplyExact)];
    for (int i = 0; i < values.length; i++) {
      values[i] = ((i * 0x9E3779B97F4A7C15L) >>> 40) / (float) (1 << 24) - 0.5f;
    }
    return Tensor.of(values, shape);
  }

  /**
   * Measures the speed of a bf16 matrix product as a multiple of float32. It is about 2 if the
   * processor has instructions for it (AVX512-BF16, AMX), and below 1 if it is emulated.
   */
  static double bf16Speed() {
    try (Scope scope = Scope.open("bf16");
        Autograd.Switch off = Autograd.off()) {
      Tensor x = sample(SIZE, SIZE);
      Tensor half = x.to(DType.BFLOAT16);
      return speed(() -> x.matmul(x), () -> half.matmul(half));
    }
  }

  /**
   * Measures the speed of a product as a multiple of another one. It compares the minimum of
   * several alternating times, because other programs slow some of them down.
   */
  static double speed(Supplier<Tensor> reference, Supplier<Tensor> product) {
    double slow = Double.MAX_VALUE;
    double fast = Double.MAX_VALUE;
    for (int i = 0; i < 8; i++) {
      slow = Math.min(slow, seconds(reference));
      fast = Math.min(fast, seconds(product));
    }
    return slow / fast;
  }

  private static double seconds(Supplier<Tensor> product) {
    try (Scope scope = Scope.open("product")) {
      long start = System.nanoTime();
      double first = product.get().narrow(0, 0, 1).narrow(1, 0, 1).item(); // waits for it
      if (!Double.isFinite(first)) {
        throw new IllegalStateException("the product is not finite");
      }
      return (System.nanoTime() - start) / 1e9;
    }
  }

  /** Returns true if this processor has instructions for bf16 products, so that they are fast. */
  public static boolean hasBf16() {
    return HAS_BF16.get();
  }

  /** Returns a warning if this processor is slow in a precision, or empty. */
  public static Optional<String> warning(DType precision) {
    if (precision != DType.BFLOAT16) {
      return Optional.empty();
    }
    double speed = bf16Speed();
    return speed >= 1
        ? Optional.empty()
        : Optional.of(
            Messages.format(
                "precision bf16: this processor emulates it, at %.2f of the speed of float32;"
                    + " float32 is quicker and more exact here",
                speed));
  }
}
