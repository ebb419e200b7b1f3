package org.kgcoop.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.tensor.DType;

class PretrainingSettingsTest {

  private static PretrainingSettings of(PretrainingSettings.Length length, int warmup) {
    return new PretrainingSettings(
        new ClipConfig(
            12, 8, 3, 100, 700, 32, 2, 2, Activation.QUICK_GELU, new ClipConfig.Vit(16, 1, 4, 1)),
        length,
        8,
        0,
        1,
        0.002,
        warmup,
        0.1,
        1,
        new PretrainingSettings.Scale(10, 1, 100),
        1,
        DType.FLOAT32,
        2,
        null);
  }

  @Test
  void theRateRisesAndFallsWithTheSteps() {
    PretrainingSettings settings = of(new PretrainingSettings.Length(100, 0), 4);
    // Step 0 has 1/4 of the warm-up. Step 50 has cos(pi/2) = 0, half of the rate. Step 100 has
    // cos(pi) = -1, a rate of 0.
    assertThat(settings.rate(0, 9)).isCloseTo(0.0005, within(1e-12));
    assertThat(settings.rate(50, 9)).isCloseTo(0.001, within(1e-12));
    assertThat(settings.rate(100, 9)).isCloseTo(0, within(1e-12));
  }

  @Test
  void byMinutesTheRateFollowsTheClock() {
    PretrainingSettings settings = of(new PretrainingSettings.Length(0, 2), 0);
    assertThat(settings.rate(7, 60)).isCloseTo(0.001, within(1e-12));
    assertThat(settings.rate(7, 500)).isCloseTo(0, within(1e-12));
  }

  @Test
  void settingsThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> new PretrainingSettings.Length(1, 1))
        .hasMessageContaining("either steps or minutes");
    assertThatThrownBy(() -> new PretrainingSettings.Length(0, 0))
        .hasMessageContaining("either steps or minutes");
    assertThatThrownBy(() -> new PretrainingSettings.Scale(10, 20, 100))
        .hasMessageContaining("least <= start <= most");
    assertThatThrownBy(() -> of(new PretrainingSettings.Length(1, 0), -1))
        .hasMessageContaining("warm-up");
  }
}
