package org.kgcoop.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.io.WeightFiles;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.tensor.Arithmetic;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Linear;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Compares models in int8 and in a chosen precision to those in float32. */
class CheckedPrecisionTest {
  private static final Clip.Options INT8 = new Clip.Options(DType.INT8, Device.CPU, null, null);

  private static Clip load(List<String> lines, List<String> warnings) {
    return CheckedPrecision.load(
        WeightFiles.open(TinyClip.folder()), INT8, lines::add, warnings::add);
  }

  private static ModelDescription description() {
    return INT8.describe(WeightFiles.open(TinyClip.folder()));
  }

  private static float[][] features(Clip clip) {
    try (Scope scope = Scope.open("features");
        Autograd.Switch off = Autograd.off()) {
      int size = clip.preprocessing().size();
      float[][] features = new float[8][];
      for (int i = 0; i < features.length; i++) {
        Tensor image = Tensor.of(CheckImages.of(i, clip.preprocessing()), 1, 3, size, size);
        features[i] = clip.imageEncoder().features(image).unitRows().toFloats();
      }
      return features;
    }
  }

  private static float[] texts(Clip clip) {
    try (Scope scope = Scope.open("texts")) {
      return TextFeatures.ofTexts(clip, List.of("a cat.", "x")).toFloats();
    }
  }

  @Test
  void cosinesAreThoseAfterTheMeanOfTheExpectedFeatures() {
    // The mean is (1, 0). The rest is (0, 1) and (0, -1), against (0, 1) and (1, -1).
    float[][] expected = {{1, 1}, {1, -1}};
    float[][] actual = {{1, 1}, {2, -1}};

    CheckedPrecision.Agreement agreement = CheckedPrecision.agreement(expected, actual, 1);

    assertThat(agreement.mean()).isCloseTo((1 + Math.sqrt(0.5)) / 2, within(1e-12));
    assertThat(agreement.least()).isCloseTo(Math.sqrt(0.5), within(1e-12));
    assertThat(agreement.isAbove(0.85, 0.7)).isTrue();
    assertThat(agreement.isAbove(0.85, 0.71)).isFalse();
  }

  @Test
  void eachKindOfImagesHasAMeanOfItsOwn() {
    // The features of the second kind are 9 larger, and would hide the others in a common mean.
    float[][] expected = {{1, 1}, {10, 1}, {1, -1}, {10, -1}};
    float[][] actual = {{1, 1}, {10, 1}, {2, -1}, {10, -1}};

    CheckedPrecision.Agreement agreement = CheckedPrecision.agreement(expected, actual, 2);

    assertThat(agreement.mean()).isCloseTo((3 + Math.sqrt(0.5)) / 4, within(1e-12));
    assertThat(agreement.least()).isCloseTo(Math.sqrt(0.5), within(1e-12));
  }

  @Test
  void int8IsCloseToFloat32AndCheckedOnce() {
    assumeTrue(Linear.hasInt8(), "a build with int8 products");
    List<String> lines = new ArrayList<>();
    try (Clip exact = Clip.load(TinyClip.folder());
        Clip clip = load(lines, lines);
        Clip again = load(new ArrayList<>(), new ArrayList<>())) {
      assertThat(clip.precision()).isEqualTo(DType.INT8);
      assertThat(clip.precisionKey()).startsWith("INT8 ").isEqualTo(again.precisionKey());
      assertThat(lines.get(lines.size() - 1)).contains("cosine to float32 is 0.9");
      float[][] features = features(clip);
      assertThat(CheckedPrecision.agreement(features(exact), features, 2).mean())
          .isBetween(0.99, 0.9999999);
      assertThat(features(again)).isDeepEqualTo(features);
      assertThat(texts(clip)).as("texts are float32").isEqualTo(texts(exact));
      assertThatThrownBy(() -> clip.promptedVision("VPT"))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("int8 has no gradients");
      List<String> second = new ArrayList<>();
      load(second, second).close();
      assertThat(second).hasSize(1); // the result, without a check
    }
  }

  @Test
  void aDamagedResultIsCheckedAgain() throws IOException {
    assumeTrue(Linear.hasInt8(), "a build with int8 products");
    List<String> lines = new ArrayList<>();
    try (Clip clip = load(lines, lines)) {
      Path result = CheckedPrecision.file(description(), DType.INT8);
      byte[] bytes = Files.readAllBytes(result);
      bytes[bytes.length - 2] ^= 1; // of a scale
      Files.write(result, bytes);
      List<String> second = new ArrayList<>();
      try (Clip again = load(second, second)) {
        assertThat(second).hasSize(2).last().isEqualTo(lines.get(lines.size() - 1));
        assertThat(again.precisionKey()).isEqualTo(clip.precisionKey());
      }
    }
  }

  @Test
  void smoothingDoesNotChangeTheFunction() {
    assumeTrue(Linear.hasInt8(), "a build with int8 products");
    String norm = "visual.transformer.resblocks.0.ln_1";
    try (Clip exact = Clip.load(TinyClip.folder())) {
      int[] exponents = new int[exact.config().vision().width()];
      Arrays.fill(exponents, 24); // eighths: an error would be a factor of 8
      var scales = Map.of(norm, exponents);
      try (Clip smoothed =
          Clip.withWeights(
              description(), INT8, weights -> new Int8Weights(weights, scales, true))) {
        assertThat(CheckedPrecision.agreement(features(exact), features(smoothed), 2).mean())
            .isGreaterThan(0.99);
      }
    }
  }

  @Test
  void weightsAreHashedOnce(@TempDir Path folder) throws IOException {
    assumeTrue(Arithmetic.hasBf16(), "a processor with bf16");
    ClipConfig.Vit vision = new ClipConfig.Vit(128, 2, 4, 2);
    RandomClip.write( // 2 MB, which are read in parts
        folder, new ClipConfig(32, 8, 3, 77, 2000, 64, 1, 2, Activation.QUICK_GELU, vision), 1);
    String expected;
    try (Clip exact = Clip.load(folder)) {
      expected = exact.fingerprint();
    }
    try (Clip clip =
        CheckedPrecision.automatic(WeightFiles.open(folder), Clip.Options.DEFAULT, line -> {})) {
      Path file = folder.resolve("model.safetensors");
      Files.write(file, new byte[(int) Files.size(file)]);
      assertThat(clip.fingerprint()).isEqualTo(expected);
    }
  }

  @Test
  void anAutomaticChoiceNamesItsReason() {
    List<String> lines = new ArrayList<>();
    try (Clip clip =
        CheckedPrecision.automatic(
            WeightFiles.open(TinyClip.folder()), Clip.Options.DEFAULT, lines::add)) {
      assertThat(lines.get(lines.size() - 1))
          .startsWith("precision auto: " + clip.precision().optionName() + ", because ");
      assertThat(clip.precision()).isEqualTo(Arithmetic.hasBf16() ? DType.BFLOAT16 : DType.FLOAT32);
    }
  }
}
