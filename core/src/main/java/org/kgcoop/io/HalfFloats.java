package org.kgcoop.io;

/** 16-bit floating numbers as floats. Java 17 has no such conversion (Java 20 has). */
final class HalfFloats {

  private HalfFloats() {}

  /** The value of IEEE binary16 bits: 1 sign, 5 exponent (bias 15) and 10 fraction bits. */
  static float float16(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = (bits >> 10) & 0x1f;
    int fraction = bits & 0x3ff;
    if (exponent == 0x1f) { // infinity, or NaN with its payload
      return Float.intBitsToFloat(sign | 0x7f800000 | fraction << 13);
    }
    if (exponent == 0) { // zero, or fraction * 2^-24
      float magnitude = fraction * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    return Float.intBitsToFloat(sign | (exponent - 15 + 127) << 23 | fraction << 13);
  }

  /** The value of bfloat16 bits: the upper half of a float. */
  static float bfloat16(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }
}
