package org.kgcoop.adapt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class CopiesTest {
  private static List<float[]> atAngles(double... degrees) {
    return DoubleStream.of(degrees)
        .mapToObj(
            each -> {
              double angle = Math.toRadians(each);
              return new float[] {(float) Math.cos(angle), (float) Math.sin(angle)};
            })
        .toList();
  }

  /**
   * Distances to the nearest are 1 - cos of 1, 1, 20, 20 and 29 degrees, so m = 1 - cos 20 = .0603
   * and the limit .13 m = .00784; of 1 degree it is .00015, of 20 degrees more.
   */
  @Test
  void imagesFarBelowTheMedianDistanceAreNearCopies() {
    assertThat(Copies.near(atAngles(0, 1, 40, 60, 89))).containsExactly(new Copies.Pair(0, 1));
  }

  @Test
  void imagesAtEqualDistancesAreNone() {
    assertThat(Copies.near(atAngles(0, 10, 20, 30, 40))).isEmpty();
    assertThat(Copies.near(atAngles(0, 90))).isEmpty();
  }
}
