package org.kgcoop.tensor;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.kgcoop.KgCoopException;

/** Runs a native operation and turns its error into one that names the operation and the shapes. */
final class NativeCall {
  private NativeCall() {}

  /**
   * The result of {@code operation}, owned by the innermost scope.
   *
   * @param name how the operation is called in the message of an error
   * @param operands what it works on, for the check that they are alive and for the message
   */
  static Tensor tensor(
      String name, Supplier<org.bytedeco.pytorch.Tensor> operation, Tensor... operands) {
    Scope scope = Scope.innermost();
    return new Tensor(run(name, operation, operands), scope);
  }

  @CanIgnoreReturnValue
  static <T> T run(String name, Supplier<T> operation, Tensor... operands) {
    for (Tensor operand : operands) {
      operand.checkOpen(name);
    }
    try {
      return operation.get();
    } catch (RuntimeException e) {
      throw translated(name, e, operands);
    }
  }

  private static KgCoopException translated(String name, RuntimeException e, Tensor... operands) {
    String shapes =
        Arrays.stream(operands)
            .map(t -> t.dtype() + shapeText(t.shape()))
            .collect(Collectors.joining(", "));
    String message = String.valueOf(e.getMessage());
    String firstLine = message.lines().findFirst().orElse(message);
    String hint =
        message.contains("DefaultCPUAllocator")
            ? "; out of native memory: try a smaller batch or fewer classes at a time"
            : "";
    return new KgCoopException(
        KgCoopException.Category.BUG, name + "(" + shapes + "): " + firstLine + hint, e);
  }

  /** A shape as it is written in this project: {@code (2, 3)}. */
  static String shapeText(long[] shape) {
    return Arrays.stream(shape)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(", ", "(", ")"));
  }
}
