package org.kgcoop.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.image.view.Interpolation;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Settings in the files next to the weights are applied, or rejected by name. */
class ModelDescriptionTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @CanIgnoreReturnValue
  private Path with(String file, String json) {
    try {
      for (String name : List.of("model.safetensors", "merges.txt")) {
        if (!Files.exists(folder.resolve(name))) {
          Files.copy(TinyClip.folder().resolve(name), folder.resolve(name));
        }
      }
      Files.writeString(folder.resolve(file), json);
      return folder;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Writes the tiny CLIP with one more key, at a position such as text_cfg.pool_type. */
  @CanIgnoreReturnValue
  private Path openClip(String key, String value) throws IOException {
    ObjectNode json =
        (ObjectNode)
            JSON.readTree(
                """
                {"model_cfg": {"quick_gelu": true, "text_cfg": {"heads": 2},
                               "vision_cfg": {"width": 16, "head_width": 16}}}
                """);
    set(json, key, value);
    return with("open_clip_config.json", json.toString());
  }

  @CanIgnoreReturnValue
  private Path huggingFace(String key, String value) throws IOException {
    ObjectNode json =
        (ObjectNode)
            JSON.readTree(
                """
                {"model_type": "clip", "text_config": {"num_attention_heads": 2},
                 "vision_config": {"num_attention_heads": 1}}
                """);
    set(json, key, value);
    return with("config.json", json.toString());
  }

  private Path images(String key, String value) throws IOException {
    ObjectNode json =
        (ObjectNode)
            JSON.readTree(
                """
                {"image_processor_type": "CLIPImageProcessor", "image_mean": [0.5, 0.4, 0.3],
                 "image_std": [0.2, 0.2, 0.3], "size": {"shortest_edge": 8},
                 "crop_size": {"height": 8, "width": 8}, "resample": 3, "do_resize": true,
                 "do_center_crop": true, "do_rescale": true, "do_normalize": true}
                """);
    set(json, key, value);
    return with("preprocessor_config.json", json.toString());
  }

  private static void set(ObjectNode json, String key, String value) throws IOException {
    ObjectNode at = json;
    String[] parts = key.split("\\.", -1);
    for (String part : Arrays.asList(parts).subList(0, parts.length - 1)) {
      at = at.withObjectProperty(part);
    }
    at.set(parts[parts.length - 1], JSON.readTree(value.replace('\'', '"')));
  }

  private static void assertRefused(Path folder, String key, String expected) {
    assertThatThrownBy(() -> Clip.load(folder).close())
        .as(key)
        .isInstanceOf(KgCoopException.class)
        .hasMessageStartingWith(folder + ": ")
        .hasMessageContaining(key + " ")
        .hasMessageContaining("expected " + expected)
        .extracting(e -> ((KgCoopException) e).category())
        .isEqualTo(KgCoopException.Category.WEIGHTS);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "model_cfg.vision_cfg.timm_model_name | 'vit_base_patch16_siglip_224' | none",
        "model_cfg.vision_cfg.attentional_pool | true | none",
        "model_cfg.vision_cfg.no_ln_pre | true | none",
        "model_cfg.vision_cfg.pool_type | 'avg' | tok",
        "model_cfg.vision_cfg.ls_init_value | 0.1 | none",
        "model_cfg.vision_cfg.qk_norm | true | none",
        "model_cfg.vision_cfg.block_type | 'custom' | none",
        "model_cfg.vision_cfg.act_kwargs | {'approximate': 'tanh'} | none",
        "model_cfg.vision_cfg.norm_kwargs.elementwise_affine | true | none",
        "model_cfg.vision_cfg.image_size | [8, 4] | a square",
        "model_cfg.text_cfg.hf_model_name | 'roberta-base' | none",
        "model_cfg.text_cfg.embed_cls | true | none",
        "model_cfg.text_cfg.proj_bias | true | none",
        "model_cfg.text_cfg.proj_type | 'none' | linear",
        "model_cfg.text_cfg.pool_type | 'last' | argmax or eos",
        "model_cfg.text_cfg.scale_fc | true | none",
        "model_cfg.text_cfg.norm_kwargs.eps | 'small' | a positive number",
        "model_cfg.text_cfg.tokenizer_kwargs.clean | 'canonicalize' | lower",
        "model_cfg.multimodal_cfg | {'width': 8} | none",
        "preprocess_cfg.resize_mode | 'longest' | shortest or squash",
        "preprocess_cfg.interpolation | 'nearest' | bicubic or bilinear",
        "preprocess_cfg.mode | 'L' | RGB",
        "preprocess_cfg.size | 16 | 8 pixels",
        "preprocess_cfg.size | [8, 9] | a square",
        "preprocess_cfg.crop_mode | 'border' | none",
        "model_cfg.text_cfg.text_arch | 'x' | none",
        "model_cfg.text_cfg.block_type | 'custom' | none",
        "model_cfg.text_cfg.qk_norm | true | none",
        "model_cfg.text_cfg.ls_init_value | 0.1 | none",
        "model_cfg.text_cfg.act_kwargs | {'approximate': 'tanh'} | none",
        "model_cfg.vision_cfg.scale_attn | true | none",
      })
  void rejectsAKeyOfOpenClipThatIsNotImplemented(String key, String value, String expected)
      throws IOException {
    assertRefused(openClip(key, value), "open_clip_config.json: " + key, expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "model_type | 'siglip' | clip",
        "vision_config.hidden_act | 'tanh' | quick_gelu or gelu",
        "vision_config.layer_norm_eps | -1 | a positive number",
      })
  void rejectsAKeyOfHuggingFaceThatIsNotImplemented(String key, String value, String expected)
      throws IOException {
    assertRefused(huggingFace(key, value), "config.json: " + key, expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "do_resize | false | true",
        "do_center_crop | false | true",
        "do_rescale | false | true",
        "rescale_factor | 0.5 | 1/255",
        "resample | 1 | 3 or 2",
        "do_pad | true | none",
        "crop_pct | 0.875 | none",
        "size_divisor | 32 | none",
        "crop_size | 7 | 8 pixels",
        "crop_size | {'height': 8, 'width': 7} | a square",
        "size | {'height': 9, 'width': 9} | 8 pixels",
        "size | {'shortest_edge': 7} | a shortest_edge of at least 8",
        "size | {'shortest_edge': 8, 'longest_edge': 16} | a shortest_edge",
      })
  void rejectsAnImageStepThatIsNotImplemented(String key, String value, String expected)
      throws IOException {
    assertRefused(images(key, value), "preprocessor_config.json: " + key, expected);
  }

  /** Another mean or deviation makes other features, and nothing else would show it. */
  @ParameterizedTest
  @ValueSource(strings = {"image_mean", "image_std"})
  void theMeanAndTheDeviationOfImagesAreRequired(String key) throws IOException {
    Path file = images(key, "null").resolve("preprocessor_config.json");
    assertRefusedAsMissing(key);
    Files.writeString(
        file, Files.readString(images(key, "[0.4, 0.4, 0.4]").resolve(file)).replace(key, "imge"));
    assertRefusedAsMissing(key);
    images("do_normalize", "false");
    Clip.load(folder).close();
  }

  private void assertRefusedAsMissing(String key) {
    assertThatThrownBy(() -> Clip.load(folder).close())
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("preprocessor_config.json: " + key + ": missing or null")
        .hasMessageContaining("expected 3 numbers, such as [0.")
        .extracting(e -> ((KgCoopException) e).category())
        .isEqualTo(KgCoopException.Category.WEIGHTS);
  }

  @Test
  void whatAFileOfOpenClipDoesNotSayOfImagesIsAssumed() throws IOException {
    openClip("preprocess_cfg", "{'std': [0.2, 0.2, 0.2]}");
    try (Clip clip = Clip.load(folder)) {
      assertThat(clip.assumed())
          .containsExactly("CLIP's mean (no preprocess_cfg.mean in open_clip_config.json)");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "model_cfg.vision_cfg.patch_dropout | 0.5",
        "model_cfg.vision_cfg.image_size | 8",
        "model_cfg.vision_cfg.attentional_pool | false",
        "model_cfg.vision_cfg.timm_model_name | null",
        "model_cfg.text_cfg.output_tokens | true",
        "model_cfg.text_cfg.pool_type | 'eos'",
        "model_cfg.custom_text | true",
        "preprocess_cfg.interpolation | 'random'",
        "preprocess_cfg.fill_color | 7",
        "preprocess_cfg.size | [8, 8]",
        "model_cfg.vision_cfg.final_ln_after_pool | true",
        "model_cfg.vision_cfg.attn_pooler_heads | 8",
      })
  void aKeyThatChangesNothingIsNotInTheWay(String key, String value) throws IOException {
    try (Clip clip = Clip.load(openClip(key, value))) {
      assertThat(clip.config()).isEqualTo(TinyClip.CONFIG);
      assertThat(clip.preprocessing()).isEqualTo(Preprocessing.clip(8));
    }
  }

  @Test
  void rejectsAnUnknownEndOfText() throws IOException {
    openClip(
        "model_cfg.text_cfg", "{'heads': 2, 'pool_type': 'eos', 'vocab_size': 700, 'eos_id': 3}");
    assertRefused(folder, "eos_id", "699");
    openClip(
        "model_cfg.text_cfg", "{'heads': 2, 'no_causal_mask': true, 'hf_tokenizer_name': 'x'}");
    assertRefused(folder, "hf_tokenizer_name", "none with no_causal_mask");
  }

  /** OpenCLIP's default for timm's encoders is the mean of all tokens. */
  @ParameterizedTest
  @ValueSource(strings = {"", ", 'timm_pool': 'avg'", ", 'timm_pool': null"})
  void rejectsAnotherPoolingOfTimm(String pool) throws IOException {
    openClip(
        "model_cfg.vision_cfg", "{'timm_model_name': 'vit_base_patch4_clip_8'%s}".formatted(pool));
    assertRefused(folder, "model_cfg.vision_cfg.timm_pool", "token");
  }

  /** The texts of a model are read at the end token of its tokenizer. */
  @Test
  void rejectsAnotherEndOfTextOfHuggingFace() throws IOException {
    for (int usual : new int[] {2, 699}) {
      try (Clip clip = Clip.load(huggingFace("text_config.eos_token_id", "" + usual))) {
        assertThat(clip.tokenizer().endOfText()).isEqualTo(699);
      }
    }
    try (Clip clip = Clip.load(huggingFace("text_config.eos_token_id", "7"))) {
      assertThatThrownBy(clip::tokenizer)
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("config.json: text_config.eos_token_id 7: changes")
          .hasMessageContaining("expected 699, the tokenizer's");
    }
  }

  // ---- supported settings

  @Test
  void openClipSquashesWithItsFilter() throws IOException {
    openClip("preprocess_cfg", "{'resize_mode': 'squash', 'interpolation': 'bilinear'}");
    try (Clip clip = Clip.load(folder)) {
      assertThat(clip.preprocessing())
          .isEqualTo(
              new Preprocessing(
                  8,
                  3,
                  Preprocessing.CLIP_MEAN,
                  Preprocessing.CLIP_STD,
                  Interpolation.BILINEAR,
                  0));
      assertThat(clip.preprocessing().isSquashed()).isTrue();
    }
  }

  @Test
  void huggingFacesImagesAreReadAsTheyAreDescribed() throws IOException {
    List<Double> mean = List.of(0.5, 0.4, 0.3);
    List<Double> std = List.of(0.2, 0.2, 0.3);
    assertThat(preprocessing(images("resample", "2")))
        .isEqualTo(new Preprocessing(8, 3, mean, std, Interpolation.BILINEAR, 8));
    assertThat(preprocessing(images("size", "{'shortest_edge': 11}")))
        .isEqualTo(new Preprocessing(8, 3, mean, std, Interpolation.BICUBIC, 11));
    assertThat(preprocessing(images("size", "9")).shorterSide()).isEqualTo(9);
    assertThat(preprocessing(images("size", "{'height': 8, 'width': 8}")).isSquashed()).isTrue();
    assertThat(preprocessing(images("do_normalize", "false")))
        .isEqualTo(
            new Preprocessing(
                8, 3, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0), Interpolation.BICUBIC, 8));
    with(
        "preprocessor_config.json",
        """
        {"image_processor_type": "SiglipImageProcessor", "size": 8, "do_normalize": false}
        """);
    assertThat(preprocessing(folder))
        .isEqualTo(
            new Preprocessing(
                8, 3, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0), Interpolation.BICUBIC, 0));
    Files.delete(folder.resolve("preprocessor_config.json"));
    with(
        "processor_config.json",
        """
        {"image_processor": {"size": {"height": 8, "width": 8}, "do_normalize": false}}
        """);
    assertThat(preprocessing(folder).isSquashed()).isTrue();
  }

  private static Preprocessing preprocessing(Path folder) {
    try (Clip clip = Clip.load(folder)) {
      return clip.preprocessing();
    }
  }

  @Test
  void theOlderKeyOfHuggingFaceIsTheStronger() throws IOException {
    huggingFace("text_config_dict", "{'num_attention_heads': 4, 'layer_norm_eps': 0.001}");
    try (Clip clip = Clip.load(folder)) {
      assertThat(clip.config().textHeads()).isEqualTo(4);
      assertThat(clip.config().text().epsilon()).isEqualTo(1e-3);
      assertThat(clip.config().visionEpsilon()).isEqualTo(1e-5);
      assertThat(clip.config().text().form()).isEqualTo(ClipConfig.TextForm.CAUSAL);
    }
  }

  @Test
  void eachEncoderHasItsOwnActivation() throws IOException {
    try (Clip tiny = TinyClip.load();
        Clip other = Clip.load(huggingFace("vision_config.hidden_act", "'gelu'"));
        Scope scope = Scope.open("test")) {
      assertThat(other.config().text().activation()).isEqualTo(Activation.QUICK_GELU);
      assertThat(other.config().visionActivation()).isEqualTo(Activation.GELU);
      assertThat(texts(other)).isEqualTo(texts(tiny));
      assertThat(images(other)).isNotEqualTo(images(tiny));
    }
  }

  @Test
  void aStatedSideNeedNotBeAMultipleOfThePatch() throws IOException {
    // 9 pixels make 2 x 2 patches of 4. The last row and column are not used.
    try (Clip clip = Clip.load(openClip("model_cfg.vision_cfg.image_size", "9"));
        Clip tiny = TinyClip.load();
        Scope scope = Scope.open("test")) {
      assertThat(clip.preprocessing().size()).isEqualTo(9);
      Tensor images = TinyClip.normal(5, 1, 2, 3, 9, 9);
      Tensor seen = images.narrow(2, 0, 8).narrow(3, 0, 8);
      assertThat(clip.imageEncoder().features(images).toFloats())
          .isEqualTo(tiny.imageEncoder().features(seen).toFloats());
    }
    openClip("model_cfg.vision_cfg.image_size", "12");
    assertThatThrownBy(() -> Clip.load(folder).close())
        .hasMessageContaining("has images of 12 pixels, with 3 positions of 4 per side")
        .hasMessageContaining("'visual.positional_embedding' has 2");
  }

  /** A huge epsilon makes the output of a norm nearly zero. */
  @Test
  void eachEncoderHasItsOwnEpsilon() throws IOException {
    try (Clip tiny = TinyClip.load();
        Clip noTexts = Clip.load(openClip("model_cfg.text_cfg.norm_kwargs.eps", "1e12"));
        Clip noImages = Clip.load(openClip("model_cfg.vision_cfg.norm_kwargs.eps", "1e12"));
        Scope scope = Scope.open("test")) {
      assertThat(largest(texts(noTexts))).isLessThan(1e-4 * largest(texts(tiny)));
      assertThat(images(noTexts)).isEqualTo(images(tiny));
      assertThat(largest(images(noImages))).isLessThan(1e-4 * largest(images(tiny)));
      assertThat(texts(noImages)).isEqualTo(texts(tiny));
    }
  }

  private static float[] texts(Clip clip) {
    return TextFeatures.ofTexts(clip, List.of("a cat.", "x")).toFloats();
  }

  private static float[] images(Clip clip) {
    return clip.imageEncoder().features(TinyClip.normal(5, 1, 2, 3, 8, 8)).toFloats();
  }

  private static double largest(float[] values) {
    double largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }
}
