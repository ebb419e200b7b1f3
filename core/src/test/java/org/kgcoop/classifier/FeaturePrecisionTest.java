package org.kgcoop.classifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.ImageSet;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.FittedMethod;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Kernels;

/** Records the precision of features, and compares it with that of a CLIP model. */
class FeaturePrecisionTest {
  private static final Clip.Options BF16 = new Clip.Options(DType.BFLOAT16, Device.CPU, null, null);

  @TempDir Path folder;

  @Test
  void float32HasNoEntryAndNoWarning() {
    try (Clip exact = TinyClip.load();
        Clip bf16 = Clip.load(TinyClip.folder(), BF16)) {
      assertThat(FeaturePrecision.of(exact)).isEqualTo(new FeaturePrecision("", ""));
      assertThat(FeaturePrecision.FLOAT32.warning(exact)).isEmpty();
      assertThat(FeaturePrecision.FLOAT32.warning(bf16)).isEmpty();
    }
  }

  @Test
  void anotherPrecisionOrArithmeticGivesAWarning() {
    try (Clip exact = TinyClip.load();
        Clip bf16 = Clip.load(TinyClip.folder(), BF16)) {
      FeaturePrecision recorded = FeaturePrecision.of(bf16);

      assertThat(recorded.arithmetic()).startsWith(Kernels.inUse() + ", ");
      assertThat(recorded.warning(bf16)).isEmpty();
      assertThat(recorded.warning(exact).orElseThrow())
          .contains("precision bfloat16, and these are float32");
      assertThat(new FeaturePrecision("BFLOAT16", "other").warning(bf16).orElseThrow())
          .contains("arithmetic other, and these are " + recorded.arithmetic());
      assertThat(new FeaturePrecision("BFLOAT16", "").warning(bf16))
          .as("a file without the entry")
          .isEmpty();
    }
  }

  @Test
  void aClassifierFileContainsIt() {
    FeaturePrecision precision = new FeaturePrecision("INT8 BFLOAT16 all 0123", "ATen AVX512, x");
    Path path = folder.resolve("classifier.safetensors");
    new ClassifierFile(
            new FittedMethod(
                MethodRegistry.parse(SettingValues.of("method", KgCoOp.ID)),
                List.of("cat"),
                Map.of("ctx", StoredTensor.ofFloats("ctx", new long[] {1}, new float[] {1}))),
            "a photo of a {}.",
            new RecordedClip("", "", "", 0, precision),
            new TrainingDataRecord("", "", ImageSet.NONE),
            "1",
            null)
        .write(path);

    assertThat(ClassifierFile.read(path).clip().precision()).isEqualTo(precision);
    assertThat(ClassifierFile.read(path).inFloat32().clip().precision())
        .isEqualTo(FeaturePrecision.FLOAT32);
  }
}
