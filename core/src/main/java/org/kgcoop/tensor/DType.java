package org.kgcoop.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/** The element types of tensors that this library reads, computes with and writes. */
public enum DType {
  FLOAT64("F64", 8),
  FLOAT32("F32", 4),
  FLOAT16("F16", 2),
  BFLOAT16("BF16", 2),
  INT64("I64", 8),
  INT32("I32", 4),
  INT16("I16", 2),
  INT8("I8", 1),
  UINT8("U8", 1),
  BOOL("BOOL", 1);

  private final String safetensorsName;
  private final int bytes;

  DType(String safetensorsName, int bytes) {
    this.safetensorsName = safetensorsName;
    this.bytes = bytes;
  }

  /** The name in a safetensors header, such as {@code F32}. */
  public String safetensorsName() {
    return safetensorsName;
  }

  /** Bytes an element. */
  public int bytes() {
    return bytes;
  }

  public boolean isFloating() {
    return this == FLOAT64 || this == FLOAT32 || this == FLOAT16 || this == BFLOAT16;
  }

  /** The type of that safetensors name, or empty where this library does not know it. */
  public static Optional<DType> ofSafetensorsName(String name) {
    return Arrays.stream(values()).filter(d -> d.safetensorsName.equals(name)).findFirst();
  }

  /**
   * The type that an option names: float32 or fp32, float16 or fp16, bf16 or bfloat16.
   *
   * @param option for messages
   * @param allowed some of these three
   * @throws KgCoopException for any other name
   */
  public static DType ofName(String option, String name, DType... allowed) {
    @Nullable DType type =
        switch (name.toLowerCase(Locale.ROOT)) {
          case "float32", "fp32" -> FLOAT32;
          case "float16", "fp16" -> FLOAT16;
          case "bf16", "bfloat16" -> BFLOAT16;
          default -> null;
        };
    if (type != null && List.of(allowed).contains(type)) {
      return type;
    }
    throw KgCoopException.configuration(
        "%s %s: expected %s"
            .formatted(
                option,
                name,
                Arrays.stream(allowed).map(DType::optionName).collect(Collectors.joining(" or "))));
  }

  private String optionName() {
    return this == BFLOAT16 ? "bf16" : name().toLowerCase(Locale.ROOT);
  }
}
