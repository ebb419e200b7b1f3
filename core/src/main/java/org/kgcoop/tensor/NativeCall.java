package org.kgcoop.tensor;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.kgcoop.KgCoopException;

/** Calls of native operations. An error gets a message with the operation and the shapes. */
final class NativeCall {
  private NativeCall() {}

  /**
   * Runs {@code operation}. The innermost scope owns the result.
   *
   * @param name the name of the operation in error messages
   * @param operands the operands, which are checked for closed scopes and appear in error messages
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

  /** Formats a shape: {@code (2, 3)}. */
  static String shapeText(long[] shape) {
    return Arrays.stream(shape)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(", ", "(", ")"));
  }
}
