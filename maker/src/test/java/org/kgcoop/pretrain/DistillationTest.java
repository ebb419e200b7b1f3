package org.kgcoop.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DistillationTest {

  private static Distillation of(long hintSteps, long wholeSteps, long cooldown) {
    return new Distillation(Path.of("t"), 8, 2, hintSteps, 5, wholeSteps, cooldown, 0.9);
  }

  @Test
  void theRateIsConstantAndFallsInALineAtTheEnd() {
    Distillation some = of(0, 0, 4);
    assertThat(some.rate(0, 10)).isEqualTo(1);
    assertThat(some.rate(6, 10)).isEqualTo(1);
    assertThat(some.rate(7, 10)).isEqualTo(0.75);
    assertThat(some.rate(9, 10)).isEqualTo(0.25);
    assertThat(of(0, 0, 0).rate(9, 10)).isEqualTo(1);
  }

  @Test
  void theFirstStepsHaveHintsAndTheLastSeeImagesWhole() {
    Distillation some = of(3, 2, 0);
    assertThat(some.hints(2)).isTrue();
    assertThat(some.hints(3)).isFalse();
    assertThat(some.whole(7, 10)).isFalse();
    assertThat(some.whole(8, 10)).isTrue();
  }

  @Test
  void settingsThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> of(-1, 0, 0)).hasMessageContaining("steps with hints");
    assertThatThrownBy(() -> of(0, -1, 0)).hasMessageContaining("steps with all patches");
    assertThatThrownBy(() -> of(0, 0, -1))
        .hasMessageContaining("steps with a falling learning rate");
    assertThatThrownBy(() -> new Distillation(Path.of("t"), 8, 2, 0, 0, 0, 0, 0.9))
        .hasMessageContaining("patches per image: expected at least 1, got 0");
    assertThatThrownBy(() -> new Distillation(Path.of("t"), 8, 2, 0, 1, 0, 0, 1))
        .hasMessageContaining("average of weights");
  }
}
