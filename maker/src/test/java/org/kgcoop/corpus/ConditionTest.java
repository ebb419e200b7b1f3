package org.kgcoop.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConditionTest {

  private static final Bitmap CORNER = IconFixture.bitmap(IconFixture.CORNER);

  @Test
  void quarterTurnIsClockwise() {
    // The corner is at the lower left. Rotated clockwise, it is at the upper left.
    Bitmap turned = Condition.TURNED.of(CORNER, "corner");
    for (int i = 0; i < 64; i++) {
      assertThat(turned.ink(63 - i, 20)).isEqualTo(CORNER.ink(20, i));
    }
    assertThat(turned.ink(12, 12)).isEqualTo(255);
  }

  @Test
  void twoHalfTurnsAreNone() {
    Bitmap twice = Condition.OVERTURNED.of(Condition.OVERTURNED.of(CORNER, "a"), "a");
    assertThat(twice.samples()).isEqualTo(CORNER.samples());
  }

  @ParameterizedTest
  @EnumSource(Condition.class)
  void equalDrawingsLookEqual(Condition condition) {
    assertThat(condition.of(CORNER, "corner").samples())
        .isEqualTo(condition.of(CORNER, "corner").samples());
    assertThat(condition.of(CORNER, "corner").blank()).isFalse();
  }
}
