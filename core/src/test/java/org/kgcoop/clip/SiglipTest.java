package org.kgcoop.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.siglip.SiglipFamily;
import org.kgcoop.fixtures.HuggingFaceNames;
import org.kgcoop.fixtures.OpenClipNames;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.image.view.Interpolation;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * SigLIP in the layouts of Hugging Face and OpenCLIP. The numbers come from the reference cases.
 */
class SiglipTest {
  private static final String OPEN_CLIP =
      """
      {"model_cfg": {"custom_text": true, "init_logit_bias": -10,
        "vision_cfg": {"image_size": 8, "timm_model_name": "vit_base_patch16_siglip_224",
                       "timm_pool": "map", "timm_proj": "none"},
        "text_cfg": {"heads": 2, "no_causal_mask": true, "proj_bias": true, "pool_type": "last",
                     "hf_tokenizer_name": "x", "tokenizer_kwargs": {"clean": "canonicalize"},
                     "norm_kwargs": {"eps": 1e-6}}}}
      """;

  @TempDir Path folder;

  private void write(String name, List<StoredTensor> tensors) {
    Safetensors.write(folder.resolve(name), tensors, Map.of());
  }

  private static List<StoredTensor> tensors() {
    return List.copyOf(
        Safetensors.read(TinyClip.siglipFolder().resolve("model.safetensors")).tensors().values());
  }

  @Test
  void theTinyModelMatchesItsFiles() {
    try (Clip clip = Clip.load(TinyClip.siglipFolder())) {
      assertThat(clip.config()).isEqualTo(TinyClip.SIGLIP);
      assertThat(clip.family()).isInstanceOf(SiglipFamily.class);
      assertThat(clip.logitScale()).isCloseTo(10, within(1e-5));
      assertThat(clip.logitBias()).isEqualTo(-10);
      List<Double> half = List.of(0.5, 0.5, 0.5);
      assertThat(clip.preprocessing())
          .isEqualTo(new Preprocessing(8, 3, half, half, Interpolation.BICUBIC, 0));
      assertThat(clip.assumed())
          .containsExactly(
              "SigLIP's mean, deviation and bicubic resizing (no preprocessor_config.json)");
    }
  }

  // ---- layouts

  private static void assertSameWeights(Clip clip) {
    try (Clip tiny = Clip.load(TinyClip.siglipFolder());
        Scope scope = Scope.open("test")) {
      assertThat(clip.fingerprint()).isEqualTo(tiny.fingerprint());
      Tensor images = TinyClip.normal(5, 1, 2, 3, 8, 8);
      assertThat(clip.imageEncoder().features(images).shape()).containsExactly(2, 24);
    }
  }

  @Test
  void huggingFacesNamesAreRead() throws IOException {
    List<StoredTensor> named = HuggingFaceNames.of(tensors());
    for (String name : List.of("tokenizer.json", "config.json")) {
      Files.copy(TinyClip.siglipFolder().resolve(name), folder.resolve(name));
    }
    write("model.safetensors", named);
    try (Clip clip = Clip.load(folder)) {
      assertThat(clip.config()).isEqualTo(TinyClip.SIGLIP);
      assertSameWeights(clip);
    }
  }

  /**
   * timm's name implies 12 heads and the exact GELU. Text and images have different activations.
   */
  @Test
  void openClipsNamesAreRead() throws IOException {
    write("open_clip_model.safetensors", OpenClipNames.of(tensors()));
    Files.writeString(
        folder.resolve("open_clip_config.json"),
        OPEN_CLIP.replace(
            "\"norm_kwargs\"", "\"act_kwargs\": {\"approximate\": \"tanh\"}, \"norm_kwargs\""));
    Files.copy(TinyClip.siglipFolder().resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
    try (Clip clip = Clip.load(folder)) {
      assertThat(clip.config().vision())
          .isEqualTo(SiglipFamily.VISION.sized(24, 2, 4, 12).with(Activation.GELU));
      assertThat(clip.config().text().activation()).isEqualTo(Activation.GELU_PYTORCH_TANH);
      assertThat(clip.config().visionActivation()).isEqualTo(Activation.GELU);
      assertSameWeights(clip);
      // OpenCLIP replaces underscores by spaces, and SigLIP's own tokenizer removes them.
      assertThat(clip.tokenizer().encode("a_b")).isEqualTo(clip.tokenizer().encode("a b"));
    }
    try (Clip tiny = Clip.load(TinyClip.siglipFolder())) {
      assertThat(tiny.tokenizer().encode("a_b")).isEqualTo(tiny.tokenizer().encode("ab"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "vit_so400m_patch16_siglip_256, 1e-6, true",
    "vit_large_patch16_siglip_512.v2_webli, 1e-6, true",
    "vit_so400m_patch14_siglip_224, 1e-6, false",
    "vit_giantopt_patch16_siglip_256.v2_webli, 1e-6, true"
  })
  void headsAndActivationFollowFromTimmsName(String name, double epsilon, boolean approximate)
      throws IOException {
    Files.writeString(
        folder.resolve("open_clip_config.json"),
        OPEN_CLIP.replace("vit_base_patch16_siglip_224", name));
    ClipConfig config =
        new SiglipFamily()
            .openClip(
                new OpenClipConfig(
                    new ConfigSection(
                        "",
                        new com.fasterxml.jackson.databind.ObjectMapper()
                            .readTree(folder.resolve("open_clip_config.json").toFile())),
                    java.util.Set.of()));
    assertThat(config.vision().heads()).isEqualTo(16);
    assertThat(config.text().activation()).isEqualTo(Activation.GELU);
    assertThat(config.visionActivation())
        .isEqualTo(approximate ? Activation.GELU_PYTORCH_TANH : Activation.GELU);
    assertThat(config.text().epsilon()).isEqualTo(epsilon);
    assertThat(config.visionEpsilon()).isEqualTo(epsilon);
    assertThat(config.text().form()).isEqualTo(ClipConfig.TextForm.LAST);
    assertThat(config.imageForm()).isEqualTo(SiglipFamily.VISION.form());
  }

  // ---- texts

  @Test
  void aTextIsReadWholeAndItsFillingCounts() {
    try (Clip clip = Clip.load(TinyClip.siglipFolder());
        Scope scope = Scope.open("test")) {
      Tokenizer tokenizer = clip.tokenizer();
      assertThat(tokenizer.start()).isEmpty();
      assertThat(tokenizer.padding()).isEqualTo(tokenizer.endOfText()).isEqualTo(1);
      // More than 16 tokens are cut, and the end token is kept.
      List<Integer> cut = tokenizer.encodeMarked("abcdefghijklmnopqrstuvwxyz", 16);
      assertThat(cut).hasSize(16).endsWith(1);
      assertThat(cut.subList(0, 15))
          .isEqualTo(tokenizer.encode("abcdefghijklmnopqrstuvwxyz").subList(0, 15));
      // A text has the same feature with and without a longer text in the batch.
      float[] alone = TextFeatures.ofTexts(clip, List.of("a")).toFloats();
      float[] both = TextFeatures.ofTexts(clip, List.of("a", "b c d e f")).toFloats();
      assertThat(Arrays.copyOf(both, alone.length)).containsExactly(alone, within(1e-5f));
      assertThat(Arrays.copyOfRange(both, alone.length, both.length)).isNotEqualTo(alone);
    }
  }

  @Test
  void classesThatACutMakesEqualAreRefused() {
    try (Clip clip = Clip.load(TinyClip.siglipFolder())) {
      ContextSettings context = ContextSettings.shared(15, ""); // which does not change the end
      assertThatThrownBy(() -> PromptText.learned(clip, List.of("x", "y"), context))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("classes 'x' and 'y' are one text to this model");
      PromptText fits = PromptText.learned(clip, List.of("x", "y"), ContextSettings.shared(4, ""));
      assertThat(fits.texts().get(0).vectors()).startsWith(0, 1, 2, 3, -1);
      assertThat(fits.texts().get(0).tokens()).endsWith(1);
    }
  }

  /** Extra tokens of the initial words stay before the name, as in the template text. */
  @Test
  void contextVectorsReplaceTheWords() {
    try (Clip clip = Clip.load(TinyClip.siglipFolder())) {
      ContextSettings context = ContextSettings.shared(2, "ab cd");
      List<Integer> whole = clip.tokenizer().encodeMarked("ab cd e.", 16);
      PromptText.ClassText row = PromptText.learned(clip, List.of("e"), context).texts().get(0);
      assertThat(row.tokens().subList(2, row.tokens().size()))
          .isEqualTo(whole.subList(2, whole.size()));
      assertThatThrownBy(
              () -> PromptText.learned(clip, List.of("e"), ContextSettings.shared(4, "- a ! ?")))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("leaves some of them out");
    }
  }
}
