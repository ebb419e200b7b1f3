package org.kgcoop.clip.biomed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.image.view.Interpolation;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.StateDictFiles;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;

/** BiomedCLIP in OpenCLIP's files: what is read, assumed and rejected. */
class BiomedTest {
  private static final String CONFIG = "open_clip_config.json";
  private static final String WEIGHTS = "open_clip_model.safetensors";

  @TempDir Path folder;

  @BeforeEach
  void copy() throws IOException {
    for (String name : List.of(CONFIG, WEIGHTS, "vocab.txt")) {
      Files.copy(TinyClip.biomedFolder().resolve(name), folder.resolve(name));
    }
  }

  private List<StoredTensor> tensors() {
    return new ArrayList<>(Safetensors.read(folder.resolve(WEIGHTS)).tensors().values());
  }

  private void write(List<StoredTensor> tensors) {
    Safetensors.write(folder.resolve(WEIGHTS), tensors, Map.of());
  }

  private void change(UnaryOperator<String> config) throws IOException {
    Path file = folder.resolve(CONFIG);
    Files.writeString(file, config.apply(Files.readString(file).replace(" : ", ": ")));
  }

  private void assertRefused(String... parts) {
    assertThatThrownBy(
            () -> {
              try (Clip clip = Clip.load(folder)) {
                assertThat(clip.tokenizer().vocabularySize()).isPositive();
              }
            })
        .isInstanceOf(KgCoopException.class)
        .message()
        .contains(parts)
        .hasLineCount(1);
  }

  @Test
  void theTinyModelMatchesItsFiles() {
    try (Clip clip = Clip.load(folder)) {
      assertThat(clip.config()).isEqualTo(TinyClip.BIOMED);
      assertThat(clip.family()).isInstanceOf(BiomedFamily.class);
      assertThat(clip.preprocessing())
          .isEqualTo(
              new Preprocessing(
                  8, 3, Preprocessing.CLIP_MEAN, Preprocessing.CLIP_STD, Interpolation.BICUBIC, 8));
      assertThat(clip.assumed())
          .first()
          .asString()
          .contains("epsilon 1e-12, exact GELU, padding with id 0 in BERT")
          .doesNotContain("heads");
    }
  }

  @Test
  void aVocabularyThatKnowsNoClassNameIsRefused() throws IOException {
    List<String> names = List.of("cat", "dog");
    try (Clip clip = Clip.load(folder)) {
      assertThat(PromptText.handCrafted(clip, names, "a photo of a {}.").classes()).isEqualTo(2);
    }
    Path vocabulary = folder.resolve("vocab.txt");
    String pieces = Files.readString(vocabulary);
    Files.writeString(vocabulary, pieces.toUpperCase(java.util.Locale.ROOT));
    try (Clip clip = Clip.load(folder)) {
      String message = "knows no part of a class name, such as 'cat'";
      assertThatThrownBy(() -> PromptText.handCrafted(clip, names, "a photo of a {}."))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining(message);
      assertThatThrownBy(() -> PromptText.learned(clip, names, ContextSettings.shared(2, "")))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining(message);
    }
  }

  @Test
  void settingsOfBertAreHonored() throws IOException {
    change(json -> json.replace("\"num_attention_heads\": 2", "\"layer_norm_eps\": 1e-5"));
    try (Clip clip = Clip.load(folder)) {
      assertThat(clip.config().textHeads()).isEqualTo(1); // heads of 64
      assertThat(clip.config().text().epsilon()).isEqualTo(1e-5);
      assertThat(clip.assumed()).first().asString().contains("heads of 64, exact GELU");
    }
  }

  @Test
  void aConfigurationOfHuggingFaceBesideItIsIgnored() throws IOException {
    Files.writeString(
        folder.resolve("config.json"),
        "{\"model_type\": \"clip\", \"text_config\": {}, \"vision_config\": {}}");
    try (Clip clip = Clip.load(folder)) {
      assertThat(clip.config()).isEqualTo(TinyClip.BIOMED);
    }
    Files.delete(folder.resolve(CONFIG));
    assertRefused("config.json", "expected the model's open_clip_config.json");
  }

  @Test
  void aConfigurationThatIsNotUtf8IsDamaged() throws IOException {
    Files.write(folder.resolve(CONFIG), new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'});
    assertRefused(CONFIG, "not JSON in UTF-8; the file is damaged");
  }

  @Test
  void weightsAloneAreReadAsBiomedClip() throws IOException {
    // The assumed heads of 64 and 256 positions do not fit to the small model.
    Files.delete(folder.resolve(CONFIG));
    assertRefused("context_length 256; expected 3 to 24, the rows of its position_embeddings");
  }

  @Test
  void oldFilesWithIntegersAndPoolerAreTheSame() throws IOException {
    float[] expected;
    try (Clip clip = Clip.load(folder);
        Scope scope = Scope.open("test")) {
      expected = TextFeatures.ofTexts(clip, List.of("chest x-ray")).toFloats();
    }
    Map<String, StoredTensor> more = new java.util.LinkedHashMap<>();
    tensors().forEach(tensor -> more.put("module." + tensor.name(), tensor));
    more.put(
        "module.text.transformer.embeddings.position_ids",
        new StoredTensor("ids", DType.INT64, new long[] {1, 3}, ByteBuffer.allocate(24)));
    more.put(
        "module.text.transformer.pooler.dense.bias",
        StoredTensor.ofFloats("bias", new long[] {2}, 0, 1));
    Files.delete(folder.resolve(WEIGHTS));
    StateDictFiles.write(folder.resolve("open_clip_pytorch_model.bin"), more);
    try (Clip clip = Clip.load(folder);
        Scope scope = Scope.open("test")) {
      assertThat(TextFeatures.ofTexts(clip, List.of("chest x-ray")).toFloats()).isEqualTo(expected);
    }
  }

  @Test
  void oldKeysAndOtherProjectionsAreRead() throws IOException {
    change(
        json ->
            json.replace("hf_proj_type", "proj")
                .replace("\"mlp\"", "\"linear\"")
                .replace("hf_pooler_type", "pooler_type")
                .replace("cls_last_hidden_state_pooler", "cls_pooler"));
    List<StoredTensor> linear = tensors();
    linear.removeIf(tensor -> tensor.name().startsWith("text.proj."));
    float[] values = new float[320];
    values[0] = 1;
    linear.add(StoredTensor.ofFloats("text.proj.weight", new long[] {20, 16}, values));
    write(linear);
    try (Clip clip = Clip.load(folder)) {
      assertThat(clip.config().embedDim()).isEqualTo(20);
    }
    linear.add(
        StoredTensor.ofFloats(
            "text.transformer.pooler.dense.weight", new long[] {1, 1}, new float[1]));
    write(linear);
    assertRefused("hf_pooler_type 'cls_pooler' is not supported; kgcoop takes [CLS]");
  }

  // ---- texts

  @Test
  void aTextHasTheSameFeatureInAnyCompany() {
    List<String> texts = List.of("a", "chest x-ray of a lung", "mri", "a b c d e f g h i j k l");
    try (Clip clip = Clip.load(folder);
        Scope scope = Scope.open("test")) {
      float[] all = TextFeatures.ofTexts(clip, texts).toFloats();
      for (int i = 0; i < texts.size(); i++) {
        float[] alone = TextFeatures.ofTexts(clip, List.of(texts.get(i))).toFloats();
        assertThat(Arrays.copyOfRange(all, 20 * i, 20 * (i + 1)))
            .containsExactly(alone, within(2e-6f));
      }
    }
  }

  /** Nothing attends to padding, so the text behind it only has later positions. */
  @Test
  void spelledOutPaddingIsInvisible() {
    try (Clip clip = Clip.load(folder);
        Scope scope = Scope.open("test")) {
      List<String> texts = List.of("a [PAD] b", "a [MASK] b", "a b");
      float[] features = TextFeatures.ofTexts(clip, texts).toFloats();
      // The row of padding itself has no influence: other word embeddings give the same feature.
      long[] ids = {2, 5, 0, 6, 3};
      long[] others = {2, 5, 9, 6, 3};
      try (var layout = clip.textEncoder().layout(0, List.of(new int[] {2, 5, 0, 6, 3}))) {
        float[] same =
            clip.textEncoder().features(clip.textEncoder().embed(others), layout).toFloats();
        float[] plain =
            clip.textEncoder().features(clip.textEncoder().embed(ids), layout).toFloats();
        assertThat(same).isEqualTo(plain);
      }
      assertThat(Arrays.copyOf(features, 20)).isNotEqualTo(Arrays.copyOfRange(features, 20, 40));
      assertThat(Arrays.copyOf(features, 20)).isNotEqualTo(Arrays.copyOfRange(features, 40, 60));
    }
  }

  @Test
  void aTextIsCutAndALearnedPromptIsNot() {
    try (Clip clip = Clip.load(folder)) {
      String longName = "q ".repeat(30).strip();
      assertThat(PromptText.handCrafted(clip, List.of(longName), "a {}.").texts().get(0).tokens())
          .hasSize(24)
          .endsWith(3);
      assertThatThrownBy(
              () -> PromptText.learned(clip, List.of(longName), ContextSettings.shared(4, "")))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("the model reads 24: shorten the class name or the prompt");
      PromptText.ClassText row =
          PromptText.learned(
                  clip, List.of("non-small cell"), ContextSettings.shared(3, "photo of a"))
              .texts()
              .get(0);
      assertThat(row.tokens()).startsWith(2).endsWith(3);
      assertThat(row.vectors().subList(0, 5)).containsExactly(-1, 0, 1, 2, -1);
    }
  }

  // ---- what is rejected

  @ParameterizedTest
  @ValueSource(
      strings = {
        "visual.trunk.norm_pre.weight",
        "visual.trunk.attn_pool.latent",
        "visual.trunk.fc_norm.weight",
        "visual.trunk.reg_token",
        "visual.trunk.blocks.0.ls1.gamma",
        "visual.trunk.blocks.0.attn.q_norm.weight",
        "visual.head.mlp.fc1.weight"
      })
  void tensorsThatAPlainVitDoesNotHaveAreRefused(String name) {
    List<StoredTensor> more = tensors();
    more.add(StoredTensor.ofFloats(name, new long[] {1}, 1));
    write(more);
    assertRefused("its image encoder has the tensor '" + name + "'");
  }

  @Test
  void otherTextEncodersAreRefused() throws IOException {
    List<StoredTensor> more = tensors();
    more.add(
        StoredTensor.ofFloats(
            "text.transformer.encoder.relative_attention_bias", new long[] {1}, 1));
    write(more);
    assertRefused("the text encoder is vit_base_patch16_224", "kgcoop reads BERT's with WordPiece");
    List<StoredTensor> oneType = tensors();
    String types = "text.transformer.embeddings.token_type_embeddings.weight";
    oneType.removeIf(tensor -> tensor.name().equals(types) || tensor.name().contains("relative"));
    oneType.add(StoredTensor.ofFloats(types, new long[] {1, 16}, new float[16]));
    write(oneType);
    assertRefused("1 type of tokens, as RoBERTa", "kgcoop reads BERT's with WordPiece");
  }

  @Test
  void aModelWithoutItsTokenizerIsRefused() throws IOException {
    Path vocabulary = folder.resolve("vocab.txt");
    String lines = Files.readString(vocabulary);
    Files.delete(vocabulary);
    Files.copy(TinyClip.folder().resolve("merges.txt"), folder.resolve("merges.txt"));
    Files.writeString(vocabulary, lines + "one more\n");
    assertRefused("has 201 token ids, the weights 200");
    Files.writeString(vocabulary, "first\n" + lines.substring(0, lines.indexOf("\n##z")));
    assertRefused("[PAD] has the id 1; expected 0");
  }
}
