package org.kgcoop.io;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StoredHalfFloatsTest {

  /**
   * Computes sign * fraction * 2^-24, or sign * (1 + fraction / 1024) * 2^(exponent - 15), in
   * doubles.
   */
  private static double half(int bits) {
    int exponent = (bits >> 10) & 31;
    int fraction = bits & 1023;
    double magnitude =
        exponent == 0
            ? fraction * Math.pow(2, -24)
            : (1 + fraction / 1024.0) * Math.pow(2, exponent - 15);
    return (bits & 0x8000) == 0 ? magnitude : -magnitude;
  }

  @Test
  void everyHalfHasTheValueOfItsFormula() {
    for (int bits = 0; bits < 0x10000; bits++) {
      float value = StoredTensor.float16((short) bits);
      if ((bits & 0x7c00) == 0x7c00) {
        boolean nan = (bits & 0x3ff) != 0;
        assertThat(Float.isNaN(value)).isEqualTo(nan);
        assertThat(Float.isInfinite(value)).isEqualTo(!nan);
      } else {
        assertThat((double) value).isEqualTo(half(bits));
      }
      assertThat(Float.floatToRawIntBits(value) < 0).isEqualTo((bits & 0x8000) != 0);
    }
  }

  @Test
  void everyHalfHasAFloatOfItsOwn() {
    long distinct =
        java.util.stream.IntStream.range(0, 0x10000)
            .map(bits -> Float.floatToRawIntBits(StoredTensor.float16((short) bits)))
            .distinct()
            .count();
    assertThat(distinct).isEqualTo(0x10000);
  }

  @Test
  void aBrainFloatIsTheUpperHalfOfAFloat() {
    for (int bits = 0; bits < 0x10000; bits++) {
      int expected = bits << 16;
      int actual = Float.floatToRawIntBits(StoredTensor.bfloat16((short) bits));
      assertThat(actual).isEqualTo(expected);
    }
  }
}
