package org.kgcoop.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.api.Embedder;
import org.kgcoop.clip.biomed.BiomedFamily;
import org.kgcoop.clip.naflex.NaflexFamily;
import org.kgcoop.clip.openai.ClipFamily;
import org.kgcoop.clip.pe.PeFamily;
import org.kgcoop.clip.siglip.SiglipFamily;
import org.kgcoop.files.Folders;
import org.kgcoop.fixtures.DamagedModels;
import org.kgcoop.fixtures.PeLayouts;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.fixtures.TinyNaflex;
import org.kgcoop.image.RgbImage;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.StateDictFiles;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFiles;
import org.kgcoop.random.PythonRandom;

/**
 * What holds for the models of every family, in each layout. Settings that change the function are
 * rejected in one line. Damaged settings and vocabularies are rejected in one line, or change no
 * feature. A model with damaged weights is rejected in one line, or is still read as a model of its
 * family.
 */
class FamilyContractTest {
  private static final String OPEN_CLIP = "open_clip_config.json";
  private static final String TEXT = "a chest x-ray";
  private static final RgbImage IMAGE = image(11, 9);

  @TempDir static Path models;
  @TempDir Path folder;

  /** A model in one of the layouts of its family. */
  private record Model(String name, Class<? extends Family> family, Path folder) {}

  private static final List<Model> ALL = new ArrayList<>();
  private static final Map<Model, List<Object>> ANSWERS = new LinkedHashMap<>();

  @BeforeAll
  static void write() throws IOException {
    Path vit = add("clip", ClipFamily.class, TinyClip.folder());
    Files.writeString(
        vit.resolve(OPEN_CLIP),
        """
        {"model_cfg": {"embed_dim": 12, "quick_gelu": true,
          "text_cfg": {"context_length": 100, "vocab_size": 700, "heads": 2, "layers": 2,
                       "no_causal_mask": false, "norm_kwargs": {"eps": 1e-4}},
          "vision_cfg": {"image_size": 8, "layers": 1, "width": 16, "head_width": 8,
                         "patch_size": 4, "norm_kwargs": {"eps": 1e-4}}},
         "preprocess_cfg": {"size": [8, 8], "mode": "RGB", "mean": [0.4, 0.5, 0.3],
                            "std": [0.2, 0.3, 0.25], "interpolation": "bilinear",
                            "resize_mode": "squash"}}
        """);
    Path hugging = add("clip of Hugging Face", ClipFamily.class, TinyClip.folder());
    Files.delete(hugging.resolve(OPEN_CLIP));
    Files.writeString(
        hugging.resolve("config.json"),
        """
        {"model_type": "clip", "projection_dim": 12, "torch_dtype": "float32",
         "text_config": {"num_attention_heads": 4, "hidden_act": "gelu", "layer_norm_eps": 1e-4,
                         "eos_token_id": 699, "vocab_size": 700},
         "text_config_dict": {"num_attention_heads": 2},
         "vision_config": {"num_attention_heads": 2, "hidden_act": "quick_gelu",
                           "layer_norm_eps": 1e-4, "image_size": 8}}
        """);
    Files.writeString(
        hugging.resolve("preprocessor_config.json"),
        """
        {"image_processor_type": "CLIPImageProcessor", "do_resize": true, "size": 9, "resample": 2,
         "do_center_crop": true, "crop_size": {"height": 8, "width": 8}, "do_rescale": true,
         "rescale_factor": 0.00392156862745098, "do_normalize": true, "do_convert_rgb": true,
         "image_mean": [0.4, 0.5, 0.3], "image_std": [0.2, 0.3, 0.25]}
        """);
    Path resNet = add("ResNet", ClipFamily.class, TinyClip.resNetFolder());
    Files.writeString(
        resNet.resolve(OPEN_CLIP),
        """
        {"model_cfg": {"quick_gelu": true, "text_cfg": {"heads": 4},
          "vision_cfg": {"image_size": 32, "layers": [1, 1, 1, 1], "width": 2, "head_width": 32}}}
        """);
    Path siglip = add("SigLIP", SiglipFamily.class, TinyClip.siglipFolder());
    Files.writeString(
        siglip.resolve("preprocessor_config.json"),
        """
        {"image_processor_type": "SiglipImageProcessor", "do_resize": true, "resample": 3,
         "size": {"height": 8, "width": 8}, "do_normalize": false}
        """);
    Path siglipOpen = add("SigLIP of OpenCLIP", SiglipFamily.class, TinyClip.siglipFolder());
    Files.delete(siglipOpen.resolve("config.json"));
    Files.writeString(
        siglipOpen.resolve(OPEN_CLIP),
        """
        {"model_cfg": {"custom_text": true, "init_logit_bias": -10,
          "vision_cfg": {"image_size": 8, "timm_model_name": "vit_base_patch16_siglip_224",
                         "timm_pool": "map", "timm_proj": "none"},
          "text_cfg": {"heads": 4, "no_causal_mask": true, "proj_bias": true, "pool_type": "last",
                       "hf_tokenizer_name": "x", "tokenizer_kwargs": {"clean": "canonicalize"},
                       "act_kwargs": {"approximate": "tanh"}, "norm_kwargs": {"eps": 1e-5}}}}
        """);
    Model pe = new Model("PE-Core", PeFamily.class, models.resolve("pe"));
    PeLayouts.writeOpenClip(pe.folder(), TinyClip.peFolder());
    ALL.add(pe);
    Model meta = new Model("PE-Core of Meta", PeFamily.class, models.resolve("meta"));
    PeLayouts.writeMeta(meta.folder(), TinyClip.peWithoutClassTokenFolder());
    ALL.add(meta);
    Path biomed = add("BiomedCLIP", BiomedFamily.class, TinyClip.biomedFolder());
    Files.writeString(
        biomed.resolve("tokenizer_config.json"),
        "{\"do_lower_case\": true, \"strip_accents\": false, \"tokenize_chinese_chars\": true}");
    add("BiomedCLIP with a JSON tokenizer", BiomedFamily.class, TinyClip.biomedFolder());
    writeWordPieces(ALL.get(ALL.size() - 1).folder());
    ALL.add(new Model("NaFlex", NaflexFamily.class, TinyNaflex.write(models.resolve("naflex"))));
    for (Model model : ALL) {
      ANSWERS.put(model, answers(model.folder(), model.family(), model.name()));
    }
  }

  private static RgbImage image(int width, int height) {
    byte[] bytes = new byte[3 * width * height];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * i);
    }
    return new RgbImage(width, height, bytes);
  }

  private static Path add(String name, Class<? extends Family> family, Path tiny)
      throws IOException {
    Model model = new Model(name, family, models.resolve("model" + ALL.size()));
    ALL.add(model);
    return copy(tiny, model.folder());
  }

  private static Path copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    for (Path file : Folders.files(from)) {
      Files.copy(file, to.resolve(file.getFileName()));
    }
    return to;
  }

  /** Replaces a vocab.txt by the tokenizer.json with the same pieces. */
  private static void writeWordPieces(Path model) throws IOException {
    List<String> pieces = Files.readAllLines(model.resolve("vocab.txt"));
    StringBuilder vocab = new StringBuilder();
    for (String piece : pieces) {
      vocab.append(vocab.isEmpty() ? "" : ", ");
      vocab.append(new TextNode(piece)).append(": ").append(pieces.indexOf(piece));
    }
    Files.delete(model.resolve("vocab.txt"));
    Files.writeString(
        model.resolve("tokenizer.json"),
        """
        {"normalizer": {"type": "BertNormalizer", "clean_text": true, "lowercase": false,
                        "handle_chinese_chars": true, "strip_accents": null},
         "pre_tokenizer": {"type": "BertPreTokenizer"},
         "added_tokens": [{"id": 4, "content": "[MASK]", "special": true}],
         "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                   "max_input_chars_per_word": 100, "vocab": {%s}}}
        """
            .formatted(vocab));
  }

  /** Returns features, the scale and the bias of the logits. */
  private static List<Object> answers(Path model, Class<? extends Family> family, String what) {
    try (Clip clip = Clip.load(model)) {
      assertThat(clip.family()).as(what).isInstanceOf(family);
      Embedder embedder = Embedder.unit(clip);
      return List.of(
          floats(embedder.embed(IMAGE)),
          floats(embedder.embedText(TEXT)),
          clip.logitScale(),
          clip.logitBias());
    }
  }

  private static List<Float> floats(float[] values) {
    return IntStream.range(0, values.length).mapToObj(i -> values[i]).toList();
  }

  // ---- settings that change the function

  /**
   * A model, one of its files, a part of it, another part, and a part of the message. An empty part
   * stands for the whole file, and an empty other part deletes it. CLIP's are in FamiliesTest.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          SigLIP | config.json | | {"model_type": "siglip2"} | model_type "siglip2": changes
          SigLIP | config.json | | {"model_type": "siglip", "vision_config": {"vision_use_head": false}} | vision_config.vision_use_head false
          SigLIP | tokenizer.json | | {"model": {"type": | cannot be read as a tokenizer
          SigLIP | tokenizer.json | | {"model": {"type": "WordPiece", "vocab": {"a": 0}}} | model.type "WordPiece": changes
          SigLIP | tokenizer.json | | {"model": {"type": "Unigram", "vocab": [["a", 0]]}} | no piece '</s>'
          SigLIP | tokenizer.json | "vocab":[ | "vocab":[["zzz",-9], | has 201 token ids, the weights 200
          SigLIP | tokenizer.json | | | no tokenizer.json next to the weights; download it from the model's page
          SigLIP of OpenCLIP | open_clip_config.json | "last" | "argmax" | text_cfg.pool_type "argmax"
          SigLIP of OpenCLIP | open_clip_config.json | vit_base_patch16_siglip_224 | naflexvit_base_patch16_siglip | expected a vit_

          PE-Core | open_clip_config.json | "map" | "avg" | vision_cfg.timm_pool "avg": changes
          PE-Core | open_clip_config.json | null | "linear" | vision_cfg.timm_proj "linear"
          PE-Core | open_clip_config.json | vit_pe_core_tiny | vit_pe_spatial_tiny | expected a vit_pe_core_
          PE-Core | open_clip_config.json | "custom_text": true | "quick_gelu": true | model_cfg.quick_gelu true
          PE-Core | open_clip_config.json | "width": 32 | "no_causal_mask": true | text_cfg.no_causal_mask true
          PE-Core | open_clip_config.json | "width": 32 | "pool_type": "last" | expected argmax
          PE-Core | open_clip_config.json | "width": 32 | "tokenizer_kwargs": {"clean": "whitespace"} | expected lower
          PE-Core | open_clip_config.json | "width": 32 | "proj_bias": true | text_cfg.proj_bias true
          PE-Core | open_clip_config.json | "image_size": 8 | "image_size": 16 | has images of 16 pixels
          PE-Core | open_clip_config.json | "heads": 2 | "heads": 5 | text width 32 does not divide into 5 heads

          BiomedCLIP | open_clip_config.json | "cls_last_hidden_state_pooler" | "mean_pooler" | hf_pooler_type 'mean_pooler' is not supported; kgcoop takes [CLS] of the last layer
          BiomedCLIP | open_clip_config.json | "hf_pooler_type" | "pool_type" | hf_pooler_type 'mean_pooler'
          BiomedCLIP | open_clip_config.json | "hf_proj_type": "mlp" | "hf_proj_type": "linear" | hf_proj_type 'linear'
          BiomedCLIP | open_clip_config.json | "timm_pool": "" | "timm_pool": "avg" | timm_pool "avg"
          BiomedCLIP | open_clip_config.json | "timm_proj": "linear" | "timm_proj": "mlp" | timm_proj "mlp"
          BiomedCLIP | open_clip_config.json | vit_base_patch16_224 | convnext_base | timm_model_name
          BiomedCLIP | open_clip_config.json | "hf_model_name": "bert" | "hf_model_name": "x/BiomedRoBERTa" | the text encoder is x/BiomedRoBERTa (RoBERTa); kgcoop reads BERT's with WordPiece
          BiomedCLIP | open_clip_config.json | "context_length": 24 | "context_length": 25 | context_length 25; expected 3 to 24
          BiomedCLIP | open_clip_config.json | "context_length": 24 | "context_length": 1 | context_length 1; expected 3 to 24
          BiomedCLIP | open_clip_config.json | "context_length": 24 | "context_length": -1 | a positive whole number
          BiomedCLIP | open_clip_config.json | "num_attention_heads": 2 | "num_attention_heads": 3 | does not divide into 3 heads
          BiomedCLIP | open_clip_config.json | "num_attention_heads": 2 | "hidden_act": "relu" | hidden_act "relu"
          BiomedCLIP | open_clip_config.json | "num_attention_heads": 2 | "is_decoder": true | is_decoder true
          BiomedCLIP | open_clip_config.json | "num_attention_heads": 2 | "model_type": "electra" | model_type
          BiomedCLIP | open_clip_config.json | "hf_proj_type" | "no_such_key": true, "hf_proj_type" | no_such_key
          BiomedCLIP | open_clip_config.json | "image_size": 8 | "image_size": 16 | images of 16 pixels
          BiomedCLIP | vocab.txt | | | no tokenizer.json or vocab.txt next to the weights; download it from the model's page

          NaFlex | config.json | "siglip2" | "siglip" | model_type "siglip"
          NaFlex | config.json | "num_patches": 9 | "num_patches": 16 | num_patches 16
          NaFlex | config.json | "patch_size": 4 | "patch_size": 16 | config.json: vision_config.patch_size 16
          NaFlex | config.json | "num_patches": 9 | "image_size": 224 | vision_config.image_size 224
          NaFlex | config.json | "num_patches": 9 | "vision_use_head": false | vision_config.vision_use_head false
          NaFlex | config.json | "num_patches": 9 | "hidden_act": "relu" | vision_config.hidden_act "relu"
          NaFlex | preprocessor_config.json | "patch_size": 4 | "patch_size": 16 | preprocessor_config.json: patch_size 16
          NaFlex | preprocessor_config.json | "do_resize": true | "do_resize": false | do_resize false
          NaFlex | preprocessor_config.json | "do_resize": true | "size": {"height": 12, "width": 12} | size {
          NaFlex | preprocessor_config.json | Siglip2ImageProcessorFast | SiglipImageProcessor | image_processor_type
          NaFlex | preprocessor_config.json | "max_num_patches": 12 | "max_num_patches": 0 | max_num_patches 0
          NaFlex | preprocessor_config.json | "max_num_patches": 12 | "max_num_patches": "many" | max_num_patches "many"
          """)
  void settingsThatChangeTheFunctionAreRefused(
      String name, String file, @Nullable String part, @Nullable String other, String message)
      throws IOException {
    Path copy = copy(model(name).folder(), folder.resolve("model"));
    String text = Files.readString(copy.resolve(file)).replace(" : ", ": ");
    if (other == null) {
      Files.delete(copy.resolve(file));
    } else {
      assertThat(text).contains(part == null ? "" : part);
      Files.writeString(copy.resolve(file), part == null ? other : text.replace(part, other));
    }
    assertRefused(copy, message);
  }

  private static void assertRefused(Path model, String message) {
    assertThatThrownBy(
            () -> {
              try (Clip clip = Clip.load(model)) {
                assertThat(clip.tokenizer().vocabularySize()).isPositive();
              }
            })
        .isInstanceOf(KgCoopException.class)
        .hasMessageStartingWith(model.toString())
        .message()
        .contains(message)
        .hasLineCount(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"SigLIP", "PE-Core of Meta"})
  void everyTensorIsNeeded(String name) throws IOException {
    Map<String, StoredTensor> all = new LinkedHashMap<>();
    WeightFiles.open(model(name).folder()).tensors().forEach((n, t) -> all.put(n, t.inMemory()));
    Path file = folder.resolve("weights.safetensors");
    for (String missing : all.keySet()) {
      Map<String, StoredTensor> rest = new LinkedHashMap<>(all);
      rest.remove(missing);
      Safetensors.write(file, rest.values(), Map.of());
      assertRefused(file, "");
    }
  }

  private static Model model(String name) {
    return ALL.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
  }

  // ---- settings and vocabularies

  @Test
  void damagedSettingsAreRejectedOrChangeNothing() throws IOException {
    damageSettings(0, 300);
  }

  @Test
  @Tag("nightly")
  void manyDamagedSettingsAreRejectedOrChangeNothing() throws IOException {
    damageSettings(1000, 5000);
  }

  private void damageSettings(int first, int count) throws IOException {
    int rejected = 0;
    for (int seed = first; seed < first + count; seed++) {
      Model model = ALL.get(seed % ALL.size());
      PythonRandom random = new PythonRandom(seed);
      Path copy = copy(model.folder(), folder.resolve("model"));
      String what =
          "seed %s, %s: %s".formatted(seed, model.name(), DamagedModels.changeText(copy, random));
      try {
        assertThat(answers(copy, model.family(), what)).as(what).isEqualTo(ANSWERS.get(model));
      } catch (KgCoopException e) {
        assertThat(e.getMessage()).as(what).hasLineCount(1).isNotBlank();
        rejected++;
      } catch (RuntimeException e) {
        throw new AssertionError(what, e);
      }
      delete(copy);
    }
    assertThat(rejected).isGreaterThan(count / 2);
  }

  private static void delete(Path copy) throws IOException {
    for (Path file : Folders.files(copy)) {
      Files.delete(file);
    }
    Files.delete(copy);
  }

  // ---- weights

  @Test
  void damagedWeightsAreRejectedOrStayOfTheirFamily() throws IOException {
    damageWeights(0, 120);
  }

  @Test
  @Tag("nightly")
  void manyDamagedWeightsAreRejectedOrStayOfTheirFamily() throws IOException {
    damageWeights(1000, 1000);
  }

  private void damageWeights(int first, int count) throws IOException {
    int rejected = 0;
    for (int seed = first; seed < first + count; seed++) {
      Model model = ALL.get(seed % ALL.size());
      PythonRandom random = new PythonRandom(seed);
      Path copy = copy(model.folder(), folder.resolve("model"));
      String what = "seed %s, %s: ".formatted(seed, model.name());
      what +=
          random.below(3) == 0
              ? DamagedModels.changeBytes(copy, random)
              : changeTensors(copy, random);
      rejected += DamagedModels.isRejected(copy, model.family(), what) ? 1 : 0;
      delete(copy);
    }
    assertThat(rejected).isGreaterThan(count / 2);
  }

  /** Changes tensors, and writes them as safetensors or as a state dict. */
  private static String changeTensors(Path model, PythonRandom random) throws IOException {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    WeightFiles.open(model).tensors().forEach((name, t) -> tensors.put(name, t.inMemory()));
    for (Path file : Folders.files(model)) {
      if (file.toString().endsWith(".safetensors") || file.toString().endsWith(".pt")) {
        Files.delete(file);
      }
    }
    Path other = ALL.get(random.below(ALL.size())).folder();
    String what =
        DamagedModels.changeTensors(tensors, WeightFiles.open(other).tensors().values(), random);
    if (random.below(3) == 0) {
      StateDictFiles.write(model.resolve("pytorch_model.bin"), tensors);
    } else {
      Safetensors.write(model.resolve("model.safetensors"), tensors.values(), Map.of());
    }
    return what;
  }
}
