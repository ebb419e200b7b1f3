package org.kgcoop.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.kgcoop.KgCoopException;

/** The element types of tensors that this library supports. */
public enum DType {
  FLOAT64("F64", 8),
  FLOAT32("F32", 4, "float32", "fp32"),
  FLOAT16("F16", 2, "float16", "fp16"),
  BFLOAT16("BF16", 2, "bf16", "bfloat16"),
  INT64("I64", 8),
  INT32("I32", 4),
  INT16("I16", 2),
  INT8("I8", 1, "int8"),
  UINT8("U8", 1),
  BOOL("BOOL", 1);

  private final String safetensorsName;
  private final int bytes;

  @SuppressWarnings("ImmutableEnumChecker") // List.of returns an immutable list
  private final List<String> optionNames;

  DType(String safetensorsName, int bytes, String... optionNames) {
    this.safetensorsName = safetensorsName;
    this.bytes = bytes;
    this.optionNames = List.of(optionNames);
  }

  /** Returns the name in a safetensors header, such as {@code F32}. */
  public String safetensorsName() {
    return safetensorsName;
  }

  /** Returns the number of bytes per element. */
  public int bytes() {
    return bytes;
  }

  public boolean isFloating() {
    return this == FLOAT64 || this == FLOAT32 || this == FLOAT16 || this == BFLOAT16;
  }

  /** Returns the type with a safetensors name, or empty if it is not supported. */
  public static Optional<DType> ofSafetensorsName(String name) {
    return Arrays.stream(values()).filter(d -> d.safetensorsName.equals(name)).findFirst();
  }

  /**
   * Returns the type with a name from an option: float32 or fp32, float16 or fp16, bf16 or
   * bfloat16, int8.
   *
   * @param option the option, for error messages
   * @param allowed the allowed types
   * @throws KgCoopException for any other name
   */
  public static DType ofName(String option, String name, DType... allowed) {
    for (DType type : allowed) {
      if (type.optionNames.contains(name.toLowerCase(Locale.ROOT))) {
        return type;
      }
    }
    throw KgCoopException.configuration(
        Arrays.stream(allowed)
            .map(DType::optionName)
            .collect(Collectors.joining(", ", option + " " + name + ": expected one of ", "")));
  }

  /** Returns the name of a type that options accept. */
  public String optionName() {
    return optionNames.get(0);
  }
}
