package org.kgcoop.tensor;

import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.pytorch.global.torch;

/**
 * The instruction sets that the native libraries have chosen for this processor. The last bits of
 * results differ between them.
 *
 * @param aten the instruction set of LibTorch's own operations, such as {@code AVX2} or {@code
 *     AVX512}
 * @param openBlas that of float32 matrix products, such as {@code HASWELL} or {@code SKYLAKEX};
 *     {@code unknown} if OpenBLAS chooses none or is not used
 */
public record Kernels(String aten, String openBlas) {
  private static final List<String> OF_OPEN_BLAS =
      List.of("SANDYBRIDGE", "HASWELL", "ZEN", "SKYLAKEX", "COOPERLAKE", "SAPPHIRERAPIDS");

  /** Returns the instruction sets of this process. */
  public static Kernels inUse() {
    Engine.ensureLoaded();
    return new Kernels(torch.get_cpu_capability().getString(), ofOpenBlas());
  }

  /**
   * Detects the function table that OpenBLAS uses. The binding does not offer OpenBLAS's own query.
   */
  private static String ofOpenBlas() {
    Pointer chosen = Loader.addressof("gotoblas");
    if (chosen == null) {
      return "unknown";
    }
    Pointer table = new PointerPointer<>(chosen).get();
    return OF_OPEN_BLAS.stream()
        .filter(name -> table.equals(Loader.addressof("gotoblas_" + name)))
        .findFirst()
        .orElse("unknown");
  }

  @Override
  public String toString() {
    return "ATen " + aten + ", OpenBLAS " + openBlas;
  }
}
