package org.kgcoop.trial;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.method.Method;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Engine;

class CrossValidationTest {
  private static int folds(SettingValues method, int classes, int images) {
    Method parsed = MethodRegistry.parse(method);
    return CrossValidation.foldsAtATime(Device.CPU, parsed, classes, images);
  }

  @Test
  void largeKernelsAndManyClassesAreTrainedOneAfterTheOther() {
    SettingValues kernel = SettingValues.of(Declaration.METHOD, "proker").with("views", 0);
    SettingValues gaussians = SettingValues.of(Declaration.METHOD, "gda");
    SettingValues prompt = SettingValues.of(Declaration.METHOD, "kgcoop");

    assertThat(folds(kernel, 20, 1_000)).isEqualTo(Math.min(Engine.threads(), 4));
    assertThat(folds(kernel, 20, 7_500)).isEqualTo(Math.min(Engine.threads(), 2));
    assertThat(folds(kernel, 20, 10_000)).isEqualTo(1); // 1.6 GB
    assertThat(folds(kernel.with("views", 10), 20, 1_000)).isEqualTo(1);
    assertThat(folds(gaussians, 1_000, 100_000)).isEqualTo(Math.min(Engine.threads(), 4));
    assertThat(folds(prompt, 1_000, 8_000)).isEqualTo(1);
  }
}
