package org.kgcoop.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import net.razorvine.pickle.PickleException;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FileErrors;
import org.kgcoop.tensor.DType;

/**
 * A builder of tensors from their description in a pickle: storage, offset, shape, strides. A
 * contiguous tensor is a part of its storage; any other is copied.
 */
final class TensorBuilder {

  /** A source of the bytes of storages. */
  interface Storages {
    /** Returns the size of a storage in bytes. */
    long bytes(Pickled.Storage storage);

    /** Returns a part of a storage, which must be within {@link #bytes}. */
    ByteSource part(Pickled.Storage storage, long offset, long length);
  }

  private final Path path;
  private final Storages storages;
  private long mayCopy;

  /**
   * @param mayCopy the maximum number of bytes to copy for all tensors that are not contiguous
   */
  TensorBuilder(Path path, Storages storages, long mayCopy) {
    this.path = path;
    this.storages = storages;
    this.mayCopy = mayCopy;
  }

  /** Creates the error for a required entry of a class outside the allow list. */
  static KgCoopException foreign(Path path, String entry, String className) {
    return FileErrors.refused(
        path,
        "%s is an object of the class %s, which is never built; expected tensors; save a plain state dict"
            .formatted(entry, className));
  }

  StoredTensor build(String name, Pickled.Tensor tensor) {
    for (Object argument : tensor.arguments()) {
      boolean isType = argument instanceof Pickled.Global g && g.dtype().isPresent();
      Optional<String> foreign = Pickled.foreignClass(argument);
      if (foreign.isPresent() && !isType) {
        throw foreign(path, "a part of the tensor '" + name + "'", foreign.get());
      }
    }
    try {
      return build(name, tensor.arguments());
    } catch (PickleException
        | ArithmeticException
        | ClassCastException
        | IndexOutOfBoundsException e) {
      throw FileErrors.damaged(path, "tensor '" + name + "' is not described as expected", e);
    }
  }

  private StoredTensor build(String name, List<@Nullable Object> arguments) {
    if (!(arguments.get(0) instanceof Pickled.Storage storage)) {
      throw new PickleException("a tensor without a storage");
    }
    DType dtype = dtype(name, storage, arguments);
    int width = dtype.bytes();
    long[] shape = integers(arguments.get(2));
    long[] strides = integers(arguments.get(3));
    long offset = PickleReader.integer(arguments.get(1)) + storage.start();
    String place =
        "tensor '%s' of %s with strides %s at %s"
            .formatted(name, Arrays.toString(shape), Arrays.toString(strides), offset);
    if (shape.length != strides.length || offset < 0 || anyNegative(shape, strides)) {
      throw FileErrors.damaged(path, place + " is impossible");
    }
    long elements = StoredTensor.elements(shape);
    if (elements == 0) { // a tensor without elements may have an offset outside its storage
      return new StoredTensor(name, dtype, shape, ByteBuffer.allocate(0));
    }
    long span = span(shape, strides);
    long available = storages.bytes(storage) / width;
    if (elements > available || offset > available - span) {
      throw FileErrors.damaged(path, place + " exceeds its storage of " + available + " elements");
    }
    ByteSource part = storages.part(storage, offset * width, span * width);
    return isContiguous(shape, strides)
        ? new StoredTensor(name, dtype, shape, part)
        : new StoredTensor(name, dtype, shape, gather(name, part, shape, strides, width));
  }

  private DType dtype(String name, Pickled.Storage storage, List<@Nullable Object> arguments) {
    Optional<DType> dtype = storage.type().storageType();
    if (dtype.isEmpty() && storage.type().isUntypedStorage()) {
      // Arguments: _rebuild_tensor_v3(storage, offset, size, stride, requires_grad, hooks, dtype,
      // ...)
      dtype = arguments.size() > 6 ? ((Pickled.Global) arguments.get(6)).dtype() : dtype;
    }
    return dtype.orElseThrow(
        () ->
            FileErrors.refused(
                path,
                "tensor '%s' has a storage of the class %s, expected one of %s; convert it to float32"
                    .formatted(name, storage.type().fullName(), Arrays.toString(DType.values()))));
  }

  private static long[] integers(@Nullable Object tuple) {
    return Arrays.stream((Object[]) tuple).mapToLong(PickleReader::integer).toArray();
  }

  private static boolean anyNegative(long[] shape, long[] strides) {
    return Arrays.stream(shape).anyMatch(n -> n < 0) || Arrays.stream(strides).anyMatch(n -> n < 0);
  }

  /** Returns the number of elements from the first to the last that a shape without zeros uses. */
  private static long span(long[] shape, long[] strides) {
    long last = 0;
    for (int i = 0; i < shape.length; i++) {
      last = Math.addExact(last, Math.multiplyExact(shape[i] - 1, strides[i]));
    }
    return Math.addExact(last, 1);
  }

  private static boolean isContiguous(long[] shape, long[] strides) {
    long expected = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      if (shape[i] != 1 && strides[i] != expected) {
        return false;
      }
      expected *= shape[i];
    }
    return true;
  }

  private ByteBuffer gather(String name, ByteSource part, long[] shape, long[] strides, int width) {
    long bytes = StoredTensor.elements(shape) * width;
    mayCopy -= bytes;
    if (mayCopy < 0 || bytes > Integer.MAX_VALUE) {
      throw FileErrors.damaged(
          path,
          "tensor '" + name + "' and those before it overlap more than tensors of a model do");
    }
    ByteBuffer span = part.bytes(0, (int) part.size());
    byte[] ordered = new byte[(int) bytes];
    long[] index = new long[shape.length];
    long source = 0;
    for (int target = 0; target < ordered.length; target += width) {
      span.get((int) source * width, ordered, target, width);
      for (int i = shape.length - 1; i >= 0; i--) { // advances the index, last dimension first
        source += strides[i];
        if (++index[i] < shape[i]) {
          break;
        }
        source -= strides[i] * shape[i];
        index[i] = 0;
      }
    }
    return ByteBuffer.wrap(ordered).order(ByteOrder.LITTLE_ENDIAN);
  }
}
