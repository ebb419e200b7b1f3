package org.kgcoop.similarity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class NearDuplicatesTest {

  @Test
  void nearDuplicatesAreMuchNearerThanOtherImages() {
    List<float[]> features =
        List.of(
            new float[] {1, 0, 0},
            new float[] {0, 1, 0},
            new float[] {0, 0, 1},
            new float[] {1, 0.001f, 0},
            new float[] {1, 1, 0});

    assertThat(NearDuplicates.of(features, NearDuplicates.FACTOR, 2).pairs())
        .containsExactly(new NearDuplicates.Pair(0, 3));
  }

  private static NearDuplicates atAngles(double... degrees) {
    List<float[]> features =
        DoubleStream.of(degrees)
            .map(Math::toRadians)
            .mapToObj(angle -> new float[] {(float) Math.cos(angle), (float) Math.sin(angle)})
            .toList();
    return NearDuplicates.of(features, NearDuplicates.FACTOR, NearDuplicates.NEIGHBORS);
  }

  /**
   * Distances to the nearest are 1 - cos of 1, 1, 20, 20 and 29 degrees. So m = 1 - cos 20 = .0603
   * and the limit is .13 m = .00784. It is .00015 for 1 degree, and more for 20 degrees.
   */
  @Test
  void imagesFarBelowTheMedianDistanceAreNearDuplicates() {
    assertThat(atAngles(0, 1, 40, 60, 89).pairs()).containsExactly(new NearDuplicates.Pair(0, 1));
  }

  @Test
  void imagesAtEqualDistancesAreNoNearDuplicates() {
    assertThat(atAngles(0, 10, 20, 30, 40).pairs()).isEmpty();
    assertThat(atAngles(0, 90).pairs()).isEmpty();
  }
}
