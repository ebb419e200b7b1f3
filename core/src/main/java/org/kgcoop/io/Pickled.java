package org.kgcoop.io;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kgcoop.tensor.DType;

/**
 * The content of a pickle, except numbers, strings, lists, tuples and dicts. These are inert
 * records of names in the file. None of the names was looked up or called.
 */
sealed interface Pickled {

  /** A class or function named in the file. */
  record Global(String module, String name) implements Pickled {

    private static final Map<String, DType> STORAGES =
        Map.of(
            "DoubleStorage", DType.FLOAT64,
            "FloatStorage", DType.FLOAT32,
            "HalfStorage", DType.FLOAT16,
            "BFloat16Storage", DType.BFLOAT16,
            "LongStorage", DType.INT64,
            "IntStorage", DType.INT32,
            "ShortStorage", DType.INT16,
            "CharStorage", DType.INT8,
            "ByteStorage", DType.UINT8,
            "BoolStorage", DType.BOOL);

    private static final Map<String, DType> DTYPES =
        Map.of(
            "float64", DType.FLOAT64,
            "float32", DType.FLOAT32,
            "float16", DType.FLOAT16,
            "bfloat16", DType.BFLOAT16,
            "int64", DType.INT64,
            "int32", DType.INT32,
            "int16", DType.INT16,
            "int8", DType.INT8,
            "uint8", DType.UINT8,
            "bool", DType.BOOL);

    String fullName() {
      return module + "." + name;
    }

    /** Returns the element type of a typed storage class, such as {@code torch.HalfStorage}. */
    Optional<DType> storageType() {
      return module.equals("torch") || module.equals("torch.cuda")
          ? Optional.ofNullable(STORAGES.get(name))
          : Optional.empty();
    }

    /** Returns the element type of {@code torch.float32} and similar names. */
    Optional<DType> dtype() {
      return module.equals("torch") ? Optional.ofNullable(DTYPES.get(name)) : Optional.empty();
    }

    /** Returns true for a storage of bytes, whose tensors have their own element type. */
    boolean isUntypedStorage() {
      return name.equals("UntypedStorage")
          && (module.equals("torch") || module.equals("torch.storage"));
    }
  }

  /** An object of a class outside the allow list, which was not created. */
  record Foreign(String className) implements Pickled {}

  /**
   * A storage with its key in the file. {@code start} is the offset of a view into it, in elements.
   */
  record Storage(Global type, String key, long elements, long start) implements Pickled {

    /** Returns the number of bytes per element; 0 for an unknown storage class. */
    int elementBytes() {
      return type.isUntypedStorage() ? 1 : type.storageType().map(DType::bytes).orElse(0);
    }
  }

  /** A tensor: the unchecked arguments of the function that would rebuild it. */
  record Tensor(List<@Nullable Object> arguments) implements Pickled {}

  /** A module object of a TorchScript archive. Its attributes are set after its creation. */
  final class Module implements Pickled {
    private Map<?, ?> attributes = Map.of();

    Map<?, ?> attributes() {
      return attributes;
    }

    void setAttributes(Map<?, ?> newAttributes) {
      attributes = newAttributes;
    }
  }

  /** Returns the class of a value that was not created, if it is one. */
  static Optional<String> foreignClass(@Nullable Object value) {
    if (value instanceof Foreign foreign) {
      return Optional.of(foreign.className());
    }
    return value instanceof Global global ? Optional.of(global.fullName()) : Optional.empty();
  }
}
