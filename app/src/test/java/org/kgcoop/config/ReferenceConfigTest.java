package org.kgcoop.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.data.published.PublishedDataSet;
import org.kgcoop.data.published.PublishedDataSets;
import org.kgcoop.train.TrainingDeclaration;

/** Configuration files in the layout of the published repositories. */
class ReferenceConfigTest {
  private static final String TRAINER =
      """
      DATALOADER:
        TRAIN_X:
          BATCH_SIZE: 128
        NUM_WORKERS: 8
      INPUT:
        SIZE: (224, 224)
        TRANSFORMS: ["random_resized_crop", "random_flip", "normalize"]
      OPTIM:
        NAME: "sgd"
        LR: 0.002
        MAX_EPOCH: 100
        LR_SCHEDULER: "cosine"
        WARMUP_EPOCH: 1
        WARMUP_TYPE: "constant"
        WARMUP_CONS_LR: 1e-5
      MODEL:
        BACKBONE:
          NAME: "ViT-B/16"
      """;

  @TempDir Path folder;

  private ConfigFile file(String name, String text) throws IOException {
    return ConfigFile.read(Files.writeString(folder.resolve(name), text));
  }

  private ReferenceConfig.Translation translate(@Nullable String method, String yaml)
      throws IOException {
    return ReferenceConfig.translate(List.of(file("published.yaml", yaml)), method);
  }

  /** Translates lines of KEY VALUE. */
  private ReferenceConfig.Translation lines(@Nullable String method, String... lines)
      throws IOException {
    StringBuilder yaml = new StringBuilder();
    for (String line : lines) {
      yaml.append(line.replaceFirst(" ", ": ")).append('\n');
    }
    return translate(method, yaml.toString());
  }

  @Test
  void translatesThePublishedRunOfKgCoOp() throws IOException {
    ReferenceConfig.Translation translation =
        ReferenceConfig.translate(
            List.of(
                file("trainer.yaml", TRAINER),
                file(
                    "run.yaml",
                    """
                    TRAINER:
                      NAME: KgCoOp
                      COOP:
                        CTX_INIT: True
                        PREC: fp16
                        N_CTX: 4
                        CSC: False
                        W: 8.0
                        CLASS_TOKEN_POSITION: end
                    DATASET:
                      NAME: OxfordPets
                      NUM_SHOTS: 16
                      SUBSAMPLE_CLASSES: base
                    """)),
            null);
    assertThat(translation.options())
        .isEqualTo(
            Map.ofEntries(
                Map.entry("data", "OxfordPets"),
                Map.entry("clip", "ViT-B/16"),
                Map.entry("method", "kgcoop"),
                Map.entry("shots", "16"),
                Map.entry("class-split", "base")));
    assertThat(translation.settings())
        .isEqualTo(
            Map.ofEntries(
                Map.entry("kgcoop.words", "a photo of a"),
                Map.entry("kgcoop.context_tokens", "4"),
                Map.entry("kgcoop.weight", "8.0"),
                Map.entry("batch_size", "128"),
                Map.entry("epochs", "100"),
                Map.entry("optimizer", "sgd"),
                Map.entry("lr", "0.002"),
                Map.entry("warmup", "constant"),
                Map.entry("warmup_epochs", "1"),
                Map.entry("warmup_lr", "1.0E-5"),
                Map.entry("transforms", "random_resized_crop,random_flip")));
    assertThat(translation.ignored())
        .containsExactlyInAnyOrder(
            "DATALOADER.NUM_WORKERS",
            "INPUT.SIZE",
            "TRAINER.COOP.PREC",
            "TRAINER.COOP.N_CTX", // the words determine it
            "TRAINER.COOP.CSC",
            "TRAINER.COOP.CLASS_TOKEN_POSITION");
  }

  @Test
  void needsATrainerUnlessTheCommandLineNamesAMethod() throws IOException {
    assertThatThrownBy(() -> translate(null, TRAINER))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("published.yaml: a published file without TRAINER.NAME; add it")
        .hasMessageNotContaining("\n");
    assertThat(translate("coop", TRAINER).options()).containsEntry("method", "coop");
    assertThat(translate("coop", TRAINER + "TRAINER: {NAME: KgCoOp}").options())
        .containsEntry("method", "coop");
    assertThatThrownBy(() -> lines(null, "TRAINER.NAME DAEL"))
        .hasMessageContaining(
            "TRAINER.NAME DAEL: expected one of ADAPTER, CoCoOp, CoOp, IVLP, KgCoOp, LASP, MMRL,");
  }

  @Test
  void translatesContextsAsCoOpsCodeReadsThem() throws IOException {
    String words = "TRAINER.COOP.CTX_INIT a photo of a";
    assertThat(lines("coop", words, "TRAINER.COOP.CLASS_TOKEN_POSITION middle").settings())
        .isEqualTo(
            Map.of(
                "coop.words", "a photo of a",
                "coop.context_tokens", "4",
                "coop.class_position", "middle"));
    // With CTX_INIT, all classes have one context.
    assertThat(lines("coop", words, "TRAINER.COOP.CSC True").ignored())
        .containsExactly("TRAINER.COOP.CSC");
    assertThat(lines("coop", "TRAINER.COOP.N_CTX 16", "TRAINER.COOP.CSC True").settings())
        .isEqualTo(Map.of("coop.context_tokens", "16", "coop.class_specific", "true"));
    assertThat(lines("coop", "TRAINER.COOP.CTX_INIT ''").settings())
        .isEqualTo(Map.of("coop.words", "", "coop.context_tokens", "16"));
    assertThatThrownBy(() -> lines("coop", "TRAINER.COOP.CTX_INIT True"))
        .hasMessageContaining("expected the words themselves");
    assertThat(
            lines("cocoop", "TRAINER.COCOOP.N_CTX 4", "TRAINER.COCOOP.CTX_INIT a photo of a")
                .settings())
        .isEqualTo(Map.of("cocoop.words", "a photo of a", "cocoop.context_tokens", "4"));
    // ProGrad starts from the template by default here.
    assertThat(
            lines(
                    "prograd",
                    "TRAINER.COOP.CTX_INIT True",
                    "TRAINER.COOP.N_CTX 8",
                    "LOSS.NAME prograd",
                    "LOSS.T 1.0",
                    "LOSS.LAMBDA 0.8")
                .settings())
        .isEqualTo(
            Map.of(
                "prograd.context_tokens", "8",
                "prograd.temperature", "1.0",
                "prograd.lambda", "0.8"));
    ReferenceConfig.Translation tcp =
        lines("tcp", "TRAINER.COOP.N_CTX 2", "TRAINER.COOP.CSC False", "TRAINER.COOP.W 1.0");
    assertThat(tcp.settings()).isEqualTo(Map.of("tcp.context_tokens", "2"));
    assertThat(tcp.ignored()).containsExactly("TRAINER.COOP.CSC", "TRAINER.COOP.W");
  }

  @Test
  void eachIgnoredKeyHasAReason() throws IOException {
    assertThat(
            lines(
                    "tcp",
                    "TRAINER.COOP.W 1.0",
                    "TRAINER.COOP.CSC False",
                    "TRAINER.COOP.PREC fp16",
                    "USE_CUDA True",
                    "INPUT.SIZE (224, 224)",
                    "OPTIM.GAMMA 0.1",
                    "TRAIN.PRINT_FREQ 5")
                .ignoredByReason())
        .isEqualTo(
            Map.of(
                "this method does not use it with these settings",
                List.of("TRAINER.COOP.W", "TRAINER.COOP.CSC"),
                "use --precision",
                List.of("TRAINER.COOP.PREC"),
                "use --device",
                List.of("USE_CUDA"),
                "the weights determine it",
                List.of("INPUT.SIZE"),
                "the transforms, the optimizer and the schedule of this training do not use it",
                List.of("OPTIM.GAMMA"),
                "it is for other kinds of training, or for logs",
                List.of("TRAIN.PRINT_FREQ")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "OPTIM.WARMUP_EPOCH -1; OPTIM.WARMUP_TYPE linear | warmup | none",
        "OPTIM.WARMUP_TYPE linear; OPTIM.WARMUP_MIN_LR 1e-4 | warmup | linear",
        "OPTIM.WARMUP_TYPE linear; OPTIM.WARMUP_MIN_LR 1e-4 | warmup_lr | 1.0E-4",
        "OPTIM.WARMUP_EPOCH 3 | warmup_epochs | 3",
        "OPTIM.WARMUP_RECOUNT False | warmup_recount | false",
        "DATALOADER.TRAIN_X.SAMPLER RandomSampler | sampler | random",
        "INPUT.TRANSFORMS ('random_flip','normalize') | transforms | random_flip",
        "INPUT.TRANSFORMS ['random_flip']; INPUT.RRCROP_SCALE (0.5, 1) | transforms | random_flip",
        "INPUT.TRANSFORMS ('normalize') | transforms | none",
        "INPUT.RRCROP_SCALE (0.5,1.0) | transforms | random_resized_crop(0.5,1.0),random_flip",
        "OPTIM.NAME adam; OPTIM.ADAM_BETA2 0.98 | beta2 | 0.98",
        "OPTIM.WEIGHT_DECAY 0.01 | weight_decay | 0.01",
        "TEST.FINAL_MODEL best_val | model_selection | best",
        "OPTIM.NAME adamw | optimizer | adamw",
        "TRAIN.CHECKPOINT_FREQ 7 | checkpoint_every | 7",
        "SEED 3 | seed | 3",
        "DATASET.ROOT /data | root | /data",
        "DATASET.NAME ImageNetSketch | data | ImageNetSketch",
        "OUTPUT_DIR out/x | out | out/x"
      })
  void translatesKeysToOptionsAndSettings(String lines, String name, String value)
      throws IOException {
    ReferenceConfig.Translation translation = lines("coop", lines.strip().split("; "));
    boolean isSetting = TrainingDeclaration.keys().contains(name);
    assertThat(isSetting ? translation.settings() : translation.options())
        .containsEntry(name, value);
  }

  @Test
  void ignoresNumbersThatTheOptimizerDoesNotUse() throws IOException {
    ReferenceConfig.Translation adam =
        lines("coop", "OPTIM.NAME adam", "OPTIM.MOMENTUM 0.8", "OPTIM.GAMMA 0.5");
    assertThat(adam.settings()).containsOnlyKeys("optimizer");
    assertThat(adam.ignored()).containsExactly("OPTIM.MOMENTUM", "OPTIM.GAMMA");
    assertThat(lines("taskres", "OPTIM.ADAM_BETA1 0.8").settings()) // trains with adam
        .containsEntry("beta1", "0.8");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ImageNet", "Caltech101", "OxfordPets", "StanfordCars", "OxfordFlowers", "Food101",
        "FGVCAircraft", "SUN397", "DescribableTextures", "EuroSAT", "UCF101", "ImageNetV2",
        "ImageNetSketch", "ImageNetA", "ImageNetR"
      })
  void knowsThePublishedNamesOfDataSets(String name) throws IOException {
    String data = lines("coop", "DATASET.NAME " + name).options().get("data");
    assertThat(PublishedDataSets.find(data).map(PublishedDataSet::name)).contains(name);
  }

  /** Methods' published files use none of them. */
  @Test
  void rejectsChoicesOfDasslThatNoMethodUses() {
    assertThatThrownBy(
            () ->
                lines(
                    "coop",
                    "OPTIM.NAME rmsprop",
                    "OPTIM.LR_SCHEDULER multi_step",
                    "OPTIM.STEPSIZE (30,60)",
                    "DATALOADER.TRAIN_X.SAMPLER RandomClassSampler",
                    "DATALOADER.TRAIN_X.N_INS 4",
                    "INPUT.TRANSFORMS ('random_flip','cutout','normalize')"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContainingAll(
            "OPTIM.NAME rmsprop: expected sgd, adam or adamw",
            "OPTIM.LR_SCHEDULER multi_step: expected cosine, as published",
            "DATALOADER.TRAIN_X.SAMPLER RandomClassSampler: expected random or random-all",
            "INPUT.TRANSFORMS cutout: expected random_resized_crop, random_flip, as published");
  }

  @Test
  void reportsAllErrorsAtOnce() {
    assertThatThrownBy(
            () ->
                lines(
                    "coop",
                    "OPTIM.LRR 1",
                    "TRAINER.COOP.N_CTXX 2",
                    "OPTIM.LR_SCHEDULER linear",
                    "OPTIM.SGD_NESTEROV True"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContainingAll(
            "unknown key OPTIM.LRR (did you mean OPTIM.LR?)",
            "unknown key TRAINER.COOP.N_CTXX (did you mean TRAINER.COOP.N_CTX?)",
            "OPTIM.LR_SCHEDULER linear: expected cosine, as published",
            "OPTIM.SGD_NESTEROV");
  }

  @Test
  void ignoresKeysOfOtherTrainers() throws IOException {
    assertThat(
            lines(
                    "coop",
                    "TRAINER.FIXMATCH.WEIGHT_U 1",
                    "TRAINER.COCOOP.N_CTX 4",
                    "TRAINER.COOP.W 8",
                    "TRAINER.MMRLpp.BETA 0.9")
                .ignored())
        .containsExactly(
            "TRAINER.FIXMATCH.WEIGHT_U",
            "TRAINER.COCOOP.N_CTX",
            "TRAINER.COOP.W",
            "TRAINER.MMRLpp.BETA");
  }

  /** TCP's train.py sets 25 epochs for two data sets after it has read all settings. */
  @Test
  void leavesTcpsPublishedEpochsToTheDataSet() throws IOException {
    assertThat(lines("tcp", "OPTIM.MAX_EPOCH 50").ignored()).containsExactly("OPTIM.MAX_EPOCH");
    assertThat(lines("tcp", "OPTIM.MAX_EPOCH 10").settings()).containsEntry("epochs", "10");
  }

  @Test
  void knowsEveryPublishedKey() throws IOException {
    for (String id : MethodRegistry.ids()) {
      for (var setting : MethodRegistry.of(id).settings()) {
        for (String key : setting.published()) {
          assertThat(ReferenceKeys.ALL).as(id).contains(key);
        }
      }
    }
  }

  @Test
  void translatesThePublishedRunOfMaPLe() throws IOException {
    ReferenceConfig.Translation maple =
        translate(
            null,
            TRAINER
                + """
                TRAINER:
                  NAME: MaPLe
                  MAPLE:
                    N_CTX: 2
                    CTX_INIT: "a photo of a"
                    PREC: "fp16"
                    PROMPT_DEPTH: 9
                """);
    assertThat(maple.options()).containsEntry("method", "maple");
    assertThat(maple.settings())
        .containsAllEntriesOf(
            Map.of("maple.context_tokens", "2", "maple.words", "a photo of a", "maple.depth", "9"));
    assertThat(maple.ignored()).contains("TRAINER.MAPLE.PREC");
    // By the published rule, words initialize at most four vectors.
    assertThat(
            lines("maple", "TRAINER.MAPLE.N_CTX 5", "TRAINER.MAPLE.CTX_INIT a photo of a")
                .settings())
        .isEqualTo(Map.of("maple.context_tokens", "5", "maple.words", ""));
  }

  @Test
  void translatesThePublishedRunOfPromptSrc() throws IOException {
    ReferenceConfig.Translation promptSrc =
        translate(
            null,
            """
            TRAINER:
              NAME: PromptSRC
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
            TEST: {FINAL_MODEL: last_step}
            """);
    assertThat(promptSrc.options()).isEqualTo(Map.of("method", "promptsrc"));
    assertThat(promptSrc.settings())
        .isEqualTo(
            Map.of(
                "gauss_mean", "45",
                "gauss_std", "5",
                "promptsrc.context_tokens", "4",
                "promptsrc.words", "a photo of a",
                "promptsrc.text_depth", "9",
                "promptsrc.image_tokens", "4",
                "promptsrc.image_depth", "9",
                "promptsrc.text_weight", "25",
                "promptsrc.image_weight", "10"));
    assertThat(promptSrc.ignored())
        .containsExactlyInAnyOrder("TEST.FINAL_MODEL", "TRAINER.PROMPTSRC.PREC");
  }

  /** The first version of the published code has the name SCALE for the share. */
  @ParameterizedTest
  @ValueSource(strings = {"ALPHA", "SCALE"})
  void leavesMmrlsWeightToPublishedDataSets(String share) throws IOException {
    String yaml =
        """
        TRAINER:
          NAME: MMRL
          MMRL:
            %s: 0.7
            REG_WEIGHT: 1.0
            N_REP_TOKENS: 5
            REP_LAYERS: [6, 7, 8, 9, 10, 11, 12]
            PREC: "amp"
            REP_DIM: 512
        TASK: B2N
        DATASET: {NAME: %s}
        """;
    ReferenceConfig.Translation cars = translate(null, yaml.formatted(share, "StanfordCars"));
    assertThat(cars.settings())
        .isEqualTo(
            Map.of(
                "mmrl.share", "0.7",
                "mmrl.tokens", "5",
                "mmrl.representation_layers", "6|7|8|9|10|11|12"));
    assertThat(cars.ignored())
        .containsExactlyInAnyOrder(
            "TASK", "TRAINER.MMRL.PREC", "TRAINER.MMRL.REG_WEIGHT", "TRAINER.MMRL.REP_DIM");
    assertThat(translate(null, yaml.formatted(share, "my-birds")).settings())
        .containsEntry("mmrl.weight", "1.0")
        .containsEntry("mmrl.dimension", "512");
  }

  @Test
  void translatesThePublishedRunOfLaspExceptTheImageEncoder() throws IOException {
    String lasp =
        """
        DATASET:
          INCLUDE_ALL_CLASSES: False
        TRAINER:
          NAME: LASP
          LASP:
            ENABLE: True
            ENABLE_CORRECTION: %s
            FINETUNE_VIT_LN: True
            N_CTX: 4
            CTX_INIT: "a photo of a"
            LASP_PROMPTS: [
               "a photo of a {}, a type of flower.",
               "{} texture.",
             ]
            LASP_LOSS_WEIGHT: 5.0
        """;
    ReferenceConfig.Translation translation = translate(null, lasp.formatted("True"));
    assertThat(translation.settings())
        .isEqualTo(
            Map.of(
                "lasp.context_tokens", "4",
                "lasp.words", "a photo of a",
                "lasp.templates", "a photo of a {}, a type of flower.|{} texture.",
                "lasp.weight", "5.0",
                "lasp.virtual", "false"));
    assertThat(translation.ignored()).containsExactly("TRAINER.LASP.FINETUNE_VIT_LN");
    assertThatThrownBy(() -> translate(null, lasp.formatted("False")))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("TRAINER.LASP.ENABLE_CORRECTION false: expected true");
  }

  @Test
  void rejectsOtherInitialValuesOfClap() throws IOException {
    assertThat(lines("clap", "TRAINER.ADAPTER.INIT ZS", "TRAINER.ADAPTER.CONSTRAINT none"))
        .extracting(t -> t.settings())
        .isEqualTo(Map.of("clap.constraint", "none"));
    assertThatThrownBy(() -> lines("clap", "TRAINER.ADAPTER.INIT TR"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("TRAINER.ADAPTER.INIT TR: expected ZS");
  }

  @Test
  void translatesTipAdaptersFilesForBothMethods() throws IOException {
    String tip =
        """
        root_path: ''
        load_cache: False
        load_pre_feat: False
        search_hp: True
        search_scale: [13, 10.5]
        search_step: [200, 20]
        init_beta: 1
        init_alpha: 2
        dataset: 'dtd'
        shots: 16
        backbone: 'RN50'
        lr: 0.001
        augment_epoch: 10
        train_epoch: 20
        """;
    assertThat(file("tip.yaml", tip).isReference()).isTrue();
    ReferenceConfig.Translation trained = translate("tip-adapter-f", tip);
    assertThat(trained.options())
        .isEqualTo(
            Map.of(
                "method", "tip-adapter-f",
                "data", "dtd",
                "shots", "16",
                "clip", "RN50"));
    assertThat(trained.settings())
        .isEqualTo(
            Map.of(
                "lr", "0.001",
                "epochs", "20",
                "tip-adapter-f.search_scale", "13|10.5",
                "tip-adapter-f.search_step", "200|20",
                "tip-adapter-f.beta", "1",
                "tip-adapter-f.alpha", "2",
                "tip-adapter-f.views", "10"));
    ReferenceConfig.Translation plain = translate("tip-adapter", tip);
    assertThat(plain.settings()).doesNotContainKeys("lr", "epochs");
    assertThat(plain.settings()).containsEntry("tip-adapter.alpha", "2").hasSize(5);
    assertThat(plain.ignored())
        .containsExactlyInAnyOrder("search_hp", "load_cache", "load_pre_feat", "lr", "train_epoch");
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
  void knowsTipAdaptersNamesOfDataSets(String name, String known) {
    assertThat(PublishedDataSets.find(name).map(PublishedDataSet::name)).contains(known);
  }

  @Test
  void rejectsUnsafeYaml() throws IOException {
    assertThatThrownBy(() -> file("a.yaml", "a: [1, 2"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("a.yaml, line");
    assertThatThrownBy(() -> file("b.yaml", "a: &x [1]\nb: *x\n"))
        .hasMessageContaining("line 2: aliases are not supported (*x)");
    assertThatThrownBy(() -> file("c.yaml", "lr: 1\nlr: 2\n")).hasMessageContaining("line 2");
    assertThatThrownBy(() -> file("d.yaml", "- lr\n")).hasMessageContaining("KEY: VALUE");
    assertThatThrownBy(() -> file("e.yaml", "a: ".repeat(1) + "[".repeat(100)))
        .isInstanceOf(KgCoopException.class);
    assertThatThrownBy(() -> ConfigFile.read(folder.resolve("none.yaml")))
        .hasMessageContaining("no such file");
    assertThat(file("empty.yaml", "# nothing\n").isReference()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "OPTIM: {MAX_EPOCH: [50]}",
        "OPTIM: {WARMUP_EPOCH: [[1]]}",
        "DATASET: {NAME: [dtd]}",
        "SEED: []",
        "TRAINER: {COOP: {CTX_INIT: [a, photo]}}"
      })
  void rejectsAListInPlaceOfAValue(String text) {
    assertThatThrownBy(() -> translate("coop", text))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("[");
  }

  @Test
  void namesSomeOfManyUnknownKeys() {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 50_000; i++) {
      many.append("UNKNOWN_").append(i).append(": 1\n");
    }
    assertThatThrownBy(() -> translate("coop", many.toString()))
        .hasMessageContaining("unknown key UNKNOWN_19")
        .hasMessageEndingWith("; 49980 more unknown keys");
  }
}
