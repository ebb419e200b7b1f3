package org.kgcoop.tensor;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.kgcoop.KgCoopException;

/**
 * Calls of native operations. An error gets a message with the operation and the shapes. Its
 * category is IO if native memory is exhausted, and BUG otherwise.
 */
final class NativeCall {
  /** Parts of the messages of LibTorch, the C++ library and CUDA. */
  private static final List<String> OUT_OF_MEMORY =
      List.of("DefaultCPUAllocator", "bad_alloc", "out of memory");

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
    if (OUT_OF_MEMORY.stream().anyMatch(message::contains)) {
      OutOfMemoryError cause = new OutOfMemoryError(firstLine); // callers decide by its type
      cause.initCause(e);
      return KgCoopException.io(
          "out of native memory in %s(%s): free memory, or try a smaller batch, fewer classes or a lower --threads (%s)"
              .formatted(name, shapes, firstLine),
          cause);
    }
    return new KgCoopException(
        KgCoopException.Category.BUG, name + "(" + shapes + "): " + firstLine, e);
  }

  /** Formats a shape: {@code (2, 3)}. */
  static String shapeText(long[] shape) {
    return Arrays.stream(shape)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(", ", "(", ")"));
  }
}
