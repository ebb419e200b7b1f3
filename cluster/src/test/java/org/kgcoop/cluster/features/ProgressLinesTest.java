package org.kgcoop.cluster.features;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProgressLinesTest {

  @Test
  void aLineHasTheRateAndWhatIsLeft() {
    // 200 images in 50 s are 4 per second, so 800 more take 200 s.
    assertThat(ProgressLines.line(200, 1000, 50))
        .isEqualTo("features: 200 of 1000 images, 4.0 per second, about 200 s left");
  }

  @Test
  void withoutATotalThereIsNoEstimate() {
    assertThat(ProgressLines.line(200, 0, 50)).isEqualTo("features: 200 images, 4.0 per second");
    assertThat(ProgressLines.line(0, 1000, 50))
        .isEqualTo("features: 0 of 1000 images, 0.0 per second");
  }
}
