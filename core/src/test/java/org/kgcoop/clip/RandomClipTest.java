package org.kgcoop.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class RandomClipTest {
  @TempDir Path folder;

  static List<ClipConfig> configs() {
    ClipConfig tiny = RandomClip.TINY;
    return List.of(
        tiny,
        // no merges, one channel, text length 100, patch 4, heads of 16 and 32, GELU
        new ClipConfig(
            24, 12, 1, 100, 514, 48, 3, 1, Activation.GELU, new ClipConfig.Vit(64, 1, 4, 2)),
        // a form that is not the default
        new ClipConfig(
            24,
            12,
            3,
            new ClipConfig.Text(
                77, 514, 64, 1, 1, Activation.QUICK_GELU, 1e-6, ClipConfig.TextForm.WHOLE),
            new ClipConfig.Vit(64, 1, 4, 1).with(1, Activation.QUICK_GELU, 1e-3)),
        // widths that are not multiples of 64 use the default: one head
        new ClipConfig(
            8, 10, 3, 20, 600, 40, 1, 3, Activation.QUICK_GELU, new ClipConfig.Vit(20, 3, 5, 1)),
        // attention pooling over 32 x 4 = 128 channels: 2 heads by default
        new ClipConfig(
            16,
            64,
            3,
            77,
            514,
            64,
            1,
            1,
            Activation.QUICK_GELU,
            new ClipConfig.ResNet(4, List.of(1, 2, 1, 1), 2)),
        // and 4 if configured
        new ClipConfig(
            16,
            32,
            1,
            77,
            514,
            64,
            2,
            1,
            Activation.GELU,
            new ClipConfig.ResNet(4, List.of(1, 1, 1, 1), 4)));
  }

  @ParameterizedTest
  @MethodSource("configs")
  void aWrittenConfigurationIsInferred(ClipConfig config) {
    RandomClip.write(folder, config, 1);
    try (Clip clip = Clip.load(folder);
        Scope scope = Scope.open("test")) {
      assertThat(clip.config()).isEqualTo(config);
      assertThat(clip.tokenizer().vocabularySize()).isEqualTo(config.vocabularySize());
      int side = config.imageResolution();
      Tensor images = Tensor.full(0.5, 2, config.channels(), side, side);
      assertThat(clip.imageEncoder().features(images).shape())
          .containsExactly(2, config.embedDim());
    }
  }

  @Test
  void equalSeedsGiveEqualBytesAndOthersDoNot() throws IOException {
    RandomClip.write(folder.resolve("a"), RandomClip.TINY, 7);
    RandomClip.write(folder.resolve("b"), RandomClip.TINY, 7);
    RandomClip.write(folder.resolve("c"), RandomClip.TINY, 8);
    byte[] a = Files.readAllBytes(folder.resolve("a/model.safetensors"));
    assertThat(Files.readAllBytes(folder.resolve("b/model.safetensors"))).isEqualTo(a);
    assertThat(Files.readAllBytes(folder.resolve("c/model.safetensors"))).isNotEqualTo(a);
  }

  @Test
  void valuesHaveThePublishedDeviations() {
    RandomClip.write(folder, RandomClip.TINY, 1);
    try (Clip clip = Clip.load(folder)) {
      // In 9,999 of 10,000 samples, the deviation of n normal values differs from the true one by
      // less than 4 / sqrt(2 n). There are 64,000 values for tokens, 4,928 for positions and 12,288
      // for attention.
      assertThat(deviation(clip, "token_embedding.weight")).isCloseTo(0.02, within(0.02 * 0.012));
      assertThat(deviation(clip, "positional_embedding")).isCloseTo(0.01, within(0.01 * 0.041));
      assertThat(deviation(clip, "transformer.resblocks.0.attn.in_proj_weight"))
          .isCloseTo(0.125, within(0.125 * 0.026)); // 64^-1/2
      // The deviation of a uniform value up to b is b / sqrt(3): b = 64^-1/2 for 16,384 MLP
      // weights.
      assertThat(deviation(clip, "visual.transformer.resblocks.1.mlp.c_fc.weight"))
          .isCloseTo(0.125 / Math.sqrt(3), within(0.002));
      assertThat(clip.logitScale()).isCloseTo(1 / 0.07, within(1e-5));
    }
  }

  private static double deviation(Clip clip, String name) {
    double squares = 0;
    float[] values = Objects.requireNonNull(clip.stored().get(name)).toFloats();
    for (float value : values) {
      squares += value * value;
    }
    return Math.sqrt(squares / values.length);
  }

  @Test
  void theTinyOneMakesFewTokensOfAPrompt() {
    RandomClip.write(folder, RandomClip.TINY, 1);
    // The first 486 released merges contain "a", "of" and "photo" without its last letters.
    assertThat(Tokenizers.read(folder.resolve("merges.txt")).encode("a photo of a cat."))
        .hasSizeLessThan(10);
  }

  @Test
  void aModelForSpeedHasAllBlocksAndFiniteFeatures() {
    ClipConfig config =
        new ClipConfig(
            64, 32, 3, 77, 49408, 64, 1, 3, Activation.QUICK_GELU, new ClipConfig.Vit(64, 2, 8, 1));
    try (Scope scope = Scope.open("test");
        Clip clip = Clip.forSpeed(Path.of("none"), config, Clip.Options.DEFAULT)) {
      assertThat(clip.config()).isEqualTo(config);
      float[] image = clip.imageEncoder().features(Tensor.full(0.1, 1, 3, 32, 32)).toFloats();
      assertThat(image).hasSize(64).doesNotContain(Float.NaN);
      assertThat(image[0]).isNotEqualTo(image[1]);
    }
  }
}
