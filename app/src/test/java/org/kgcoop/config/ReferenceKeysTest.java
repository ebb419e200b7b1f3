package org.kgcoop.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.data.published.PublishedDataSet;
import org.kgcoop.data.published.PublishedDataSets;

/**
 * Tests of configuration files of methods with their own keys, in the layout of their repositories.
 */
class ReferenceKeysTest {
  @TempDir Path folder;

  private ReferenceConfig.Translation translate(String yaml, List<String> asked, String... pairs)
      throws IOException {
    Path file = Files.writeString(folder.resolve("published.yaml"), yaml);
    return ReferenceConfig.translate(List.of(ConfigFile.read(file)), List.of(pairs), asked);
  }

  /** Returns a trainer file, which ends with the section of the method. */
  private static String trainer(String optimizer, String section) {
    return """
        DATALOADER:
          TRAIN_X:
            BATCH_SIZE: 4
          TEST:
            BATCH_SIZE: 100
          NUM_WORKERS: 8

        INPUT:
          SIZE: (224, 224)
          INTERPOLATION: "bicubic"
          PIXEL_MEAN: [0.48145466, 0.4578275, 0.40821073]
          PIXEL_STD: [0.26862954, 0.26130258, 0.27577711]
          TRANSFORMS: ["random_resized_crop", "random_flip", "normalize"]

        OPTIM:
        %s  LR_SCHEDULER: "cosine"
          WARMUP_EPOCH: 1
          WARMUP_TYPE: "constant"
          WARMUP_CONS_LR: 1e-5

        TRAIN:
          PRINT_FREQ: 20

        MODEL:
          BACKBONE:
            NAME: "ViT-B/16"

        %s"""
        .formatted(optimizer.indent(2), section);
  }

  @Test
  void everySettingOfTheTableIsOneOfItsMethod() {
    ReferenceKeys.SETTINGS.values().stream()
        .flatMap(List::stream)
        .forEach(
            setting -> {
              String[] parts = setting.split("\\.", 2);
              assertThat(MethodRegistry.keys(parts[0])).as(setting).contains(parts[1]);
            });
  }

  @Test
  void mapleIsThePublishedRun() throws IOException {
    ReferenceConfig.Translation maple =
        translate(
            trainer(
                "NAME: sgd\nLR: 0.0035\nMAX_EPOCH: 5",
                """
                TRAINER:
                  MAPLE:
                    N_CTX: 2
                    CTX_INIT: "a photo of a"
                    PREC: "fp16"
                    PROMPT_DEPTH: 9
                """),
            List.of());
    assertThat(maple.values().options())
        .containsEntry("method", List.of("maple"))
        .containsEntry("clip", List.of("ViT-B/16"))
        .containsEntry("epochs", List.of("5"))
        .containsEntry("lr", List.of("0.0035"))
        .containsEntry("batch-size", List.of("4"));
    assertThat(maple.values().settings())
        .isEqualTo(
            Map.of("maple.context_tokens", "2", "maple.words", "a photo of a", "maple.depth", "9"));
    assertThat(maple.ignored())
        .contains("TRAINER.MAPLE.PREC")
        .noneMatch(key -> key.startsWith("TRAINER.MAPLE.N"));
  }

  @Test
  void ivlpVptAndPromptSrcAreThePublishedRuns() throws IOException {
    String language =
        """
        TRAINER:
          IVLP:
            N_CTX_VISION: 0
            N_CTX_TEXT: 4
            CTX_INIT: "a photo of a"
            PREC: "fp16"
            PROMPT_DEPTH_VISION: 0
            PROMPT_DEPTH_TEXT: 12
        """;
    assertThat(translate(language, List.of()).values().settings())
        .isEqualTo(
            Map.of(
                "ivlp.context_tokens", "4",
                "ivlp.words", "a photo of a",
                "ivlp.text_depth", "12",
                "ivlp.image_tokens", "0",
                "ivlp.image_depth", "0"));

    String vpt =
        """
        TRAINER:
          VPT:
            N_CTX_VISION: 8
            CTX_INIT: "a photo of a"
            PREC: "fp16"
            PROMPT_DEPTH_VISION: 12
        """;
    assertThat(translate(vpt, List.of()).values().settings())
        .isEqualTo(Map.of("vpt.image_tokens", "8", "vpt.image_depth", "12"));
    assertThat(translate(vpt, List.of()).ignored())
        .containsExactlyInAnyOrder("TRAINER.VPT.CTX_INIT", "TRAINER.VPT.PREC");

    String promptSrc =
        """
        TRAINER:
          PROMPTSRC:
            N_CTX_VISION: 4
            N_CTX_TEXT: 4
            CTX_INIT: "a photo of a"
            PREC: "fp16"
            PROMPT_DEPTH_VISION: 9
            PROMPT_DEPTH_TEXT: 9
            TEXT_LOSS_WEIGHT: 25
            IMAGE_LOSS_WEIGHT: 10
            GPA_MEAN: 45
            GPA_STD: 5
        """;
    ReferenceConfig.Translation taught =
        translate(promptSrc, List.of("promptsrc"), "TEST.FINAL_MODEL", "last_step");
    assertThat(taught.values().options()).isEqualTo(Map.of("keep", List.of("gauss:45,5")));
    assertThat(taught.values().settings())
        .isEqualTo(
            Map.of(
                "promptsrc.context_tokens", "4",
                "promptsrc.words", "a photo of a",
                "promptsrc.text_depth", "9",
                "promptsrc.image_tokens", "4",
                "promptsrc.image_depth", "9",
                "promptsrc.text_weight", "25",
                "promptsrc.image_weight", "10"));
    assertThat(translate(promptSrc, List.of("maple")).values().options()).isEmpty();
  }

  /** By the published rule, words initialize at most four vectors. */
  @Test
  void moreVectorsThanWordsBeginAtRandom() throws IOException {
    String yaml = "TRAINER:\n  MAPLE:\n    CTX_INIT: \"a photo of a\"\n";
    assertThat(translate(yaml, List.of(), "TRAINER.MAPLE.N_CTX", "5").values().settings())
        .isEqualTo(Map.of("maple.context_tokens", "5", "maple.words", ""));
  }

  private static final String MMRL =
      """
      TRAINER:
        MMRL:
          %s: 0.7
          REG_WEIGHT: 1.0
          N_REP_TOKENS: 5
          REP_LAYERS: [6, 7, 8, 9, 10, 11, 12]
          PREC: "amp"
          REP_DIM: 512
      """;

  /** The first version of the published code has the name SCALE for this setting. */
  @ParameterizedTest
  @CsvSource({"ALPHA", "SCALE"})
  void mmrlLeavesItsWeightToTheDataSet(String share) throws IOException {
    ReferenceConfig.Translation translation =
        translate(MMRL.formatted(share), List.of(), "DATASET.NAME", "StanfordCars", "TASK", "B2N");
    assertThat(translation.values().settings())
        .isEqualTo(
            Map.of(
                "mmrl.share", "0.7",
                "mmrl.tokens", "5",
                "mmrl.representation_layers", "6|7|8|9|10|11|12"));
    assertThat(translation.ignored())
        .containsExactlyInAnyOrder(
            "TASK",
            "TRAINER.MMRL.PREC",
            "TRAINER.MMRL.REG_WEIGHT of a file (data sets have their own)",
            "TRAINER.MMRL.REP_DIM of a file (data sets have their own)");
  }

  @Test
  void mmrlsWeightIsThatOfPairsAndOfFilesForOtherData() throws IOException {
    assertThat(
            translate(MMRL.formatted("ALPHA"), List.of(), "TRAINER.MMRL.REG_WEIGHT", "0.2")
                .values()
                .settings())
        .containsEntry("mmrl.weight", "0.2")
        .doesNotContainKey("mmrl.dimension");
    assertThat(
            translate(MMRL.formatted("ALPHA"), List.of(), "DATASET.NAME", "my-birds")
                .values()
                .settings())
        .containsEntry("mmrl.weight", "1.0")
        .containsEntry("mmrl.dimension", "512");
  }

  @Test
  void laspIsThePublishedRunButForTheImageEncoder() throws IOException {
    String lasp =
        """
        DATASET:
          INCLUDE_ALL_CLASSES: False
        TRAINER:
          LASP:
            ENABLE: True
            ENABLE_CORRECTION: True
            FINETUNE_VIT_LN: True
            N_CTX: 4
            CTX_INIT: "a photo of a"
            LASP_PROMPTS: [
               "a photo of a {}, a type of flower.",
               "{} texture.",
             ]
            PREC: "amp"
            LASP_LOSS_WEIGHT: 5.0
        """;
    ReferenceConfig.Translation translation = translate(lasp, List.of());
    assertThat(translation.values().options()).isEqualTo(Map.of("method", List.of("lasp")));
    assertThat(translation.values().settings())
        .isEqualTo(
            Map.of(
                "lasp.context_tokens", "4",
                "lasp.words", "a photo of a",
                "lasp.templates", "a photo of a {}, a type of flower.|{} texture.",
                "lasp.weight", "5.0",
                "lasp.virtual", "false"));
    assertThat(translation.ignored())
        .containsExactlyInAnyOrder("TRAINER.LASP.FINETUNE_VIT_LN", "TRAINER.LASP.PREC");
    assertThatThrownBy(() -> translate(lasp, List.of(), "TRAINER.LASP.ENABLE_CORRECTION", "False"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("TRAINER.LASP.ENABLE_CORRECTION false: expected true");
  }

  @Test
  void aPairMayHaveALongKey() {
    String key = "A" + ".TaskRes.B_1".repeat(100_000);
    assertThat(ReferenceConfig.pairWords(List.of("--data", "pets", key, "1"))).isEqualTo(2);
    assertThat(ReferenceConfig.pairWords(List.of("--data", "pets", key + ".b", "1"))).isZero();
  }

  @Test
  void taskResAndClapAreToldByPairs() throws IOException {
    String plain = trainer("NAME: adam\nLR: 0.002\nMAX_EPOCH: 100", "");
    List<String> pairs = List.of("TRAINER.TaskRes.RESIDUAL_SCALE", "0.5");
    assertThat(ReferenceConfig.pairWords(pairs)).isEqualTo(2);
    ReferenceConfig.Translation taskRes =
        translate(plain, List.of(), "TRAINER.TaskRes.RESIDUAL_SCALE", "0.5");
    assertThat(taskRes.values().options())
        .containsEntry("method", List.of("taskres"))
        .containsEntry("optimizer", List.of("adam"));
    assertThat(taskRes.values().settings()).isEqualTo(Map.of("taskres.alpha", "0.5"));

    String[] clap = {"TRAINER.ADAPTER.INIT", "ZS", "TRAINER.ADAPTER.CONSTRAINT", "none"};
    assertThat(translate(plain, List.of(), clap).values().options())
        .containsEntry("method", List.of("clap"));
    assertThat(translate(plain, List.of(), clap).values().settings())
        .isEqualTo(Map.of("clap.constraint", "none"));
    assertThatThrownBy(() -> translate(plain, List.of("clap"), "TRAINER.ADAPTER.INIT", "TR"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("TRAINER.ADAPTER.INIT TR: expected ZS");
  }

  private static final String TIP =
      """
      # ------ root_path/dataset_name ------
      root_path: ''

      # ------ Load Cache and Features ------
      load_cache: False
      load_pre_feat: False

      # ------ Hyperparamters ------
      search_hp: True
      search_scale: [13, 10.5]
      search_step: [200, 20]

      init_beta: 1
      init_alpha: 2

      # ------ Basic Config ------
      dataset: '%s'
      shots: 16
      backbone: 'RN50'

      lr: 0.001
      augment_epoch: 10
      train_epoch: 20
      """;

  @Test
  void tipAdaptersFilesAreThoseOfBothItsMethods() throws IOException {
    ReferenceConfig.Translation trained = translate(TIP.formatted("dtd"), List.of());
    assertThat(trained.values().options())
        .isEqualTo(
            Map.of(
                "method", List.of("tip-adapter-f"),
                "data", List.of("dtd"),
                "shots", List.of("16"),
                "clip", List.of("RN50"),
                "lr", List.of("0.001"),
                "epochs", List.of("20")));
    assertThat(trained.values().settings())
        .isEqualTo(
            Map.of(
                "tip-adapter-f.search_scale", "13|10.5",
                "tip-adapter-f.search_step", "200|20",
                "tip-adapter-f.beta", "1",
                "tip-adapter-f.alpha", "2",
                "tip-adapter-f.views", "10"));

    ReferenceConfig.Translation plain = translate(TIP.formatted("dtd"), List.of("tip-adapter"));
    assertThat(plain.values().options()).doesNotContainKeys("lr", "epochs");
    assertThat(plain.values().settings()).containsEntry("tip-adapter.alpha", "2").hasSize(5);
    assertThat(plain.ignored())
        .containsExactlyInAnyOrder("search_hp", "load_cache", "load_pre_feat", "lr", "train_epoch");

    ReferenceConfig.Translation both =
        translate(TIP.formatted("dtd"), List.of("tip-adapter", "tip-adapter-f"));
    assertThat(both.values().options()).containsKey("lr").doesNotContainKey("method");
    assertThat(both.values().settings())
        .containsEntry("tip-adapter.views", "10")
        .containsEntry("tip-adapter-f.views", "10")
        .hasSize(10);
  }

  @ParameterizedTest
  @CsvSource({
    "imagenet, ImageNet",
    "fgvc, FGVCAircraft",
    "caltech101, Caltech101",
    "dtd, DescribableTextures",
    "stanford_cars, StanfordCars",
    "oxford_flowers, OxfordFlowers",
    "ucf101, UCF101"
  })
  void tipAdaptersNamesAreThoseOfDataSets(String name, String known) {
    assertThat(PublishedDataSets.find(name).map(PublishedDataSet::name)).contains(known);
  }

  @Test
  void aWrongKeyOfAKnownTrainerIsAnErrorAndOneOfAnotherIsNot() throws IOException {
    assertThatThrownBy(() -> translate("TRAINER:\n  MAPLE:\n    N_CTXX: 2\n", List.of()))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining(
            "unknown key TRAINER.MAPLE.N_CTXX (did you mean TRAINER.MAPLE.N_CTX?)");
    assertThat(translate("TRAINER:\n  MMRLpp:\n    BETA: 0.9\n", List.of()).ignored())
        .containsExactly("TRAINER.MMRLpp.BETA");
  }

  @Test
  void readsTheSettingsOfSeveralMethods() throws IOException {
    ReferenceConfig.Translation both =
        translate("TRAINER:\n  MAPLE:\n    N_CTX: 3\n  VPT:\n    N_CTX_VISION: 5\n", List.of());
    assertThat(both.values().options()).isEmpty();
    assertThat(both.values().settings())
        .isEqualTo(Map.of("maple.context_tokens", "3", "vpt.image_tokens", "5"));
  }
}
