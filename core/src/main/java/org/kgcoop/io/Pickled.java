package org.kgcoop.io;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.kgcoop.tensor.DType;

/**
 * The content of a pickle, except numbers, strings, lists, tuples and dicts. These are inert
 * records of names in the file. None of the names was looked up or called.
 */
sealed interface Pickled {

  /** A class or function named in the file. */
  record Global(String module, String name) implements Pickled {

    /** The storage classes of the element types. */
    static final Map<DType, String> STORAGES =
        Map.of(
            DType.FLOAT64, "DoubleStorage",
            DType.FLOAT32, "FloatStorage",
            DType.FLOAT16, "HalfStorage",
            DType.BFLOAT16, "BFloat16Storage",
            DType.INT64, "LongStorage",
            DType.INT32, "IntStorage",
            DType.INT16, "ShortStorage",
            DType.INT8, "CharStorage",
            DType.UINT8, "ByteStorage",
            DType.BOOL, "BoolStorage");

    String fullName() {
      return module + "." + name;
    }

    /** Returns the element type of a typed storage class, such as {@code torch.HalfStorage}. */
    Optional<DType> storageType() {
      return module.equals("torch") || module.equals("torch.cuda")
          ? find(type -> name.equals(STORAGES.get(type)))
          : Optional.empty();
    }

    /** Returns the element type of {@code torch.float32} and similar names. */
    Optional<DType> dtype() {
      return module.equals("torch")
          ? find(type -> name.equals(type.name().toLowerCase(Locale.ROOT)))
          : Optional.empty();
    }

    private static Optional<DType> find(Predicate<DType> wanted) {
      return Arrays.stream(DType.values()).filter(wanted).findFirst();
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
