package org.kgcoop.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.published.PublishedDataSet;
import org.kgcoop.data.published.PublishedDataSets;

class ReferenceConfigTest {
  @TempDir Path folder;

  private ConfigFile file(String name, String text) throws IOException {
    return ConfigFile.read(Files.writeString(folder.resolve(name), text));
  }

  private static ReferenceConfig.Translation translate(
      List<ConfigFile> files, @Nullable String method, String... pairs) {
    return ReferenceConfig.translate(
        files, List.of(pairs), method == null ? List.of() : List.of(method));
  }

  /** Writes a trainer file in the published form. */
  private ConfigFile trainer(String backbone, int batch, int epochs, String rest)
      throws IOException {
    return file(
        "trainer.yaml",
        """
        DATALOADER:
          TRAIN_X:
            BATCH_SIZE: %s
          NUM_WORKERS: 8
        INPUT:
          SIZE: (224, 224)
          TRANSFORMS: ["random_resized_crop", "random_flip", "normalize"]
        OPTIM:
          NAME: "sgd"
          LR: 0.002
          MAX_EPOCH: %s
          LR_SCHEDULER: "cosine"
          WARMUP_EPOCH: 1
          WARMUP_TYPE: "constant"
          WARMUP_CONS_LR: 1e-5
        MODEL:
          BACKBONE:
            NAME: "%s"
        %s
        """
            .formatted(batch, epochs, backbone, rest));
  }

  @Test
  void kgCoOpOnBaseClassesIsThePublishedRun() throws IOException {
    ConfigFile dataSet = file("pets.yaml", "DATASET:\n  NAME: 'OxfordPets'\n");
    ConfigFile trainer =
        trainer("ViT-B/16", 128, 100, "TRAINER:\n  COOP:\n    CTX_INIT: True\n    PREC: fp16");

    ReferenceConfig.Translation translation =
        translate(
            List.of(dataSet, trainer),
            null,
            "TRAINER.NAME",
            "KgCoOp",
            "TRAINER.COOP.N_CTX",
            "4",
            "TRAINER.COOP.CSC",
            "False",
            "TRAINER.COOP.W",
            "8.0",
            "TRAINER.COOP.CLASS_TOKEN_POSITION",
            "end",
            "DATASET.NUM_SHOTS",
            "16",
            "DATASET.SUBSAMPLE_CLASSES",
            "base");

    // KgCoOp base-to-new: 100 epochs, batch 128, 16 shots, 4 vectors from "a photo of a", weight 8.
    assertThat(translation.values().options())
        .containsEntry("data", List.of("OxfordPets"))
        .containsEntry("clip", List.of("ViT-B/16"))
        .containsEntry("method", List.of("kgcoop"))
        .containsEntry("shots", List.of("16"))
        .containsEntry("class-split", List.of("base"))
        .containsEntry("batch-size", List.of("128"))
        .containsEntry("epochs", List.of("100"))
        .containsEntry("optimizer", List.of("sgd"))
        .containsEntry("lr", List.of("0.002"))
        .containsEntry("decay", List.of("cosine"))
        .containsEntry("warmup", List.of("constant:1:1.0E-5"))
        .containsEntry("transforms", List.of("random_resized_crop,random_flip"))
        .hasSize(12);
    assertThat(translation.values().settings())
        .isEqualTo(
            Map.of(
                "words", "a photo of a",
                "context_tokens", "4",
                "class_specific", "false",
                "class_position", "end",
                "weight", "8.0"));
    assertThat(translation.ignored())
        .containsExactlyInAnyOrder("DATALOADER.NUM_WORKERS", "INPUT.SIZE", "TRAINER.COOP.PREC");
  }

  @Test
  void coCoOpCoOpAndProGradAreThePublishedRuns() throws IOException {
    String words = "    N_CTX: 4\n    CTX_INIT: \"a photo of a\"\n";
    ReferenceConfig.Translation coCoOp =
        translate(List.of(trainer("ViT-B/16", 1, 10, "TRAINER:\n  COCOOP:\n" + words)), "cocoop");
    assertThat(coCoOp.values().options())
        .containsEntry("epochs", List.of("10"))
        .containsEntry("batch-size", List.of("1"));
    assertThat(coCoOp.values().settings())
        .isEqualTo(Map.of("words", "a photo of a", "context_tokens", "4"));

    // Few-shot CoOp uses RN50, 16 random vectors, and 50 epochs for one shot.
    ReferenceConfig.Translation coOp =
        translate(
            List.of(trainer("RN50", 32, 50, "")),
            "coop",
            "TRAINER.COOP.N_CTX",
            "16",
            "TRAINER.COOP.CSC",
            "True",
            "DATASET.NUM_SHOTS",
            "1");
    assertThat(coOp.values().options())
        .containsEntry("epochs", List.of("50"))
        .containsEntry("batch-size", List.of("32"))
        .containsEntry("shots", List.of("1"))
        .containsEntry("clip", List.of("RN50"));
    assertThat(coOp.values().settings())
        .isEqualTo(Map.of("context_tokens", "16", "class_specific", "true"));

    // ProGrad starts from the template by default here. T and lambda are 1.
    ReferenceConfig.Translation proGrad =
        translate(
            List.of(
                trainer(
                    "RN50",
                    32,
                    100,
                    "LOSS:\n  NAME: prograd\n  T: 1.0\nTRAINER:\n  COOP:\n    CTX_INIT: True")),
            null,
            "LOSS.LAMBDA",
            "0.8");
    assertThat(proGrad.values().options()).containsEntry("method", List.of("prograd"));
    assertThat(proGrad.values().settings())
        .isEqualTo(Map.of("prograd.temperature", "1.0", "prograd.lambda", "0.8"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "OPTIM.LR_SCHEDULER multi_step OPTIM.STEPSIZE (30,60) | decay | steps:30,60",
        "OPTIM.LR_SCHEDULER single_step OPTIM.STEPSIZE [30] | decay | step:30",
        "OPTIM.LR_SCHEDULER single_step OPTIM.STEPSIZE 30 OPTIM.GAMMA 0.5 | decay | step:30:0.5",
        "OPTIM.LR_SCHEDULER single_step OPTIM.STEPSIZE -1 OPTIM.MAX_EPOCH 9 | decay | step:9",
        "OPTIM.WARMUP_EPOCH -1 OPTIM.WARMUP_TYPE linear | warmup | none",
        "OPTIM.WARMUP_TYPE linear OPTIM.WARMUP_MIN_LR 1e-4 | warmup | linear::1.0E-4",
        "OPTIM.WARMUP_EPOCH 3 | warmup | :3",
        "OPTIM.WARMUP_RECOUNT False | schedule | paper-era",
        "DATALOADER.TRAIN_X.SAMPLER RandomClassSampler DATALOADER.TRAIN_X.N_INS 4 | sampler |"
            + " random-class:4",
        "INPUT.TRANSFORMS ('random_crop','cutout','normalize') | transforms | random_crop,cutout",
        "INPUT.TRANSFORMS ['cutout','normalize'] INPUT.CUTOUT_LEN 8 | transforms | cutout(1,8)",
        "INPUT.TRANSFORMS ['colorjitter','normalize'] INPUT.COLORJITTER_H 0.2 | transforms |"
            + " colorjitter(0.4,0.4,0.4,0.2)",
        "INPUT.RRCROP_SCALE (0.5,1.0) | transforms | random_resized_crop(0.5,1.0),random_flip",
        "OPTIM.NAME adam OPTIM.MOMENTUM 0.8 OPTIM.ADAM_BETA2 0.98 | optimizer | adam:beta2=0.98",
        "OPTIM.WEIGHT_DECAY 0.01 | optimizer | weight_decay=0.01",
        "TEST.FINAL_MODEL best_val | keep | best",
        "OPTIM.NAME adamw | optimizer | adamw",
        "SEED 3 | seed | 3",
        "DATASET.ROOT /data | root | /data",
        "DATASET.NAME ImageNetSketch | data | ImageNetSketch",
        "OUTPUT_DIR out/x | out | out/x"
      })
  void pairsBecomeOptions(String pairs, String option, String value) {
    List<String> words = List.of(pairs.strip().split(" "));
    assertThat(ReferenceConfig.pairWords(words)).isEqualTo(words.size());
    assertThat(ReferenceConfig.translate(List.of(), words, List.of()).values().options())
        .containsEntry(option, List.of(value));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ImageNet", "Caltech101", "OxfordPets", "StanfordCars", "OxfordFlowers", "Food101",
        "FGVCAircraft", "SUN397", "DescribableTextures", "EuroSAT", "UCF101", "ImageNetV2",
        "ImageNetSketch", "ImageNetA", "ImageNetR"
      })
  void theNamesOfThePublishedConfigurationsAreThoseOfDataSets(String name) {
    List<String> data =
        translate(List.of(), null, "DATASET.NAME", name)
            .values()
            .options()
            .getOrDefault("data", List.of());
    assertThat(data).hasSize(1);
    assertThat(PublishedDataSets.find(data.get(0)).map(PublishedDataSet::name)).contains(name);
  }

  @Test
  void onlyTheEndOfACommandLineHoldsPairs() {
    assertThat(ReferenceConfig.pairWords(List.of("--out", "RUNS.A", "--seed", "1"))).isZero();
    assertThat(ReferenceConfig.pairWords(List.of("--out", "RUNS.A"))).isZero();
    assertThat(ReferenceConfig.pairWords(List.of("--seed", "1", "OPTIM.LR", "0.1"))).isEqualTo(2);
    assertThat(ReferenceConfig.pairWords(List.of())).isZero();
  }

  @Test
  void namesAllUnknownKeysAtOnce() {
    assertThatThrownBy(
            () ->
                translate(
                    List.of(),
                    null,
                    "OPTIM.LRR",
                    "1",
                    "TRAINER.NAME",
                    "DAEL",
                    "OPTIM.LR_SCHEDULER",
                    "linear",
                    "OPTIM.SGD_NESTEROV",
                    "True"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContainingAll(
            "unknown key OPTIM.LRR (did you mean OPTIM.LR?)",
            "TRAINER.NAME DAEL: expected one of ADAPTER, CoCoOp, CoOp, IVLP, KgCoOp, LASP, MMRL, MaPLe,",
            "OPTIM.LR_SCHEDULER linear: expected cosine, single_step or multi_step",
            "OPTIM.SGD_NESTEROV");
    assertThatThrownBy(() -> translate(List.of(), "coop", "TRAINER.COOP.CTX_INIT", "True"))
        .hasMessageContaining("expected the words themselves");
  }

  @Test
  void ignoresKeysThatThePublishedCodeIgnores() {
    // With CTX_INIT, all classes have one context. KgCoOp always puts the class name at the end.
    ReferenceConfig.Translation coOp =
        translate(
            List.of(),
            "coop",
            "TRAINER.COOP.CTX_INIT",
            "a photo of a",
            "TRAINER.COOP.CSC",
            "True",
            "TRAINER.COOP.CLASS_TOKEN_POSITION",
            "middle");
    assertThat(coOp.values().settings())
        .isEqualTo(
            Map.of("words", "a photo of a", "context_tokens", "4", "class_position", "middle"));
    assertThat(coOp.ignored()).containsExactly("TRAINER.COOP.CSC with CTX_INIT");
    ReferenceConfig.Translation kgCoOp =
        translate(List.of(), "kgcoop", "TRAINER.COOP.CLASS_TOKEN_POSITION", "middle");
    assertThat(kgCoOp.values().settings()).containsEntry("kgcoop.class_position", "end");
    assertThat(kgCoOp.ignored()).containsExactly("TRAINER.COOP.CLASS_TOKEN_POSITION of KgCoOp");
  }

  @Test
  void imagesAreNormalisedAlsoWhereAConfigurationLeavesItOut() {
    assertThat(translate(List.of(), null, "INPUT.TRANSFORMS", "('random_flip')").ignored())
        .singleElement()
        .asString()
        .contains("INPUT.TRANSFORMS without normalize");
    assertThat(translate(List.of(), null, "INPUT.TRANSFORMS", "('normalize')").ignored()).isEmpty();
  }

  @Test
  void theNumberOfProGradsVectorsKeepsItsWords() {
    assertThat(
            translate(
                    List.of(),
                    "prograd",
                    "TRAINER.COOP.CTX_INIT",
                    "True",
                    "TRAINER.COOP.N_CTX",
                    "8")
                .values()
                .settings())
        .isEqualTo(Map.of("context_tokens", "8"));
  }

  /** TCP's train.py sets 25 epochs for two data sets after it has read all settings. */
  @Test
  void tcpHasTheEpochsOfTheDataSet() {
    assertThat(tcpEpochs("50", "SUN397")).isNull();
    assertThat(tcpEpochs("100", "ImageNet")).isNull();
    assertThat(tcpEpochs("50", "")).isNull(); // depends on --data: 25 or 50
    assertThat(tcpEpochs("10", "")).containsExactly("10");
    assertThat(tcpEpochs("50", "OxfordPets")).containsExactly("50");
  }

  private @Nullable List<String> tcpEpochs(String stated, String dataSet) {
    List<String> pairs = new ArrayList<>(List.of("TRAINER.NAME", "TCP", "OPTIM.MAX_EPOCH", stated));
    if (!dataSet.isEmpty()) {
      pairs.addAll(List.of("DATASET.NAME", dataSet));
    }
    ReferenceConfig.Translation tcp = translate(List.of(), null, pairs.toArray(String[]::new));
    List<String> epochs = tcp.values().options().get("epochs");
    assertThat(tcp.ignored().stream().anyMatch(key -> key.startsWith("OPTIM.MAX_EPOCH")))
        .isEqualTo(epochs == null);
    return epochs;
  }

  @Test
  void tcpReadsTheNumberOfVectorsAlone() {
    ReferenceConfig.Translation tcp =
        translate(
            List.of(),
            null,
            "TRAINER.NAME",
            "TCP",
            "TRAINER.COOP.N_CTX",
            "2",
            "TRAINER.COOP.CSC",
            "False",
            "TRAINER.COOP.W",
            "1.0");
    assertThat(tcp.values().options()).isEqualTo(Map.of("method", List.of("tcp")));
    assertThat(tcp.values().settings()).isEqualTo(Map.of("context_tokens", "2"));
    assertThat(tcp.ignored()).containsExactly("TRAINER.COOP.CSC", "TRAINER.COOP.W");
  }

  @Test
  void distinguishesPairsFromFiles() throws IOException {
    ConfigFile trainer = trainer("RN50", 32, 50, "TRAINER:\n  NAME: KgCoOp\n  COOP:\n    W: 1.0");
    OptionValues ofPairs =
        translate(List.of(trainer), null, "OPTIM.LR", "0.002", "TRAINER.COOP.W", "8.0").ofPairs();
    // A pair counts even if it repeats the value of the file.
    assertThat(ofPairs.options()).isEqualTo(Map.of("lr", List.of("0.002")));
    assertThat(ofPairs.settings()).isEqualTo(Map.of("weight", "8.0"));
  }

  @Test
  void settingsOfOtherTrainersHaveNoMeaning() {
    assertThat(
            translate(
                    List.of(),
                    "coop",
                    "TRAINER.FIXMATCH.WEIGHT_U",
                    "1",
                    "TRAINER.COCOOP.N_CTX",
                    "4",
                    "TRAINER.COOP.W",
                    "8")
                .ignored())
        .containsExactly("TRAINER.FIXMATCH.WEIGHT_U", "TRAINER.COCOOP.N_CTX", "TRAINER.COOP.W");
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
        "OPTIM: {LR: [0.1, 0.2]}",
        "OPTIM: {MAX_EPOCH: [50]}",
        "OPTIM: {WARMUP_EPOCH: [[1]]}",
        "OPTIM: {LR_SCHEDULER: [cosine]}",
        "DATASET: {NAME: [dtd]}",
        "SEED: []",
        "TRAINER: {NAME: [CoOp], COOP: {N_CTX: 4}}",
        "TRAINER: {COOP: {CTX_INIT: [a, photo]}}",
        "DATALOADER: {TRAIN_X: {SAMPLER: [RandomSampler]}}"
      })
  void aListInPlaceOfAValueIsNamed(String text) throws IOException {
    ConfigFile file = file("list.yaml", text);
    assertThatThrownBy(() -> translate(List.of(file), null))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("expected one value, got the list [");
  }

  @Test
  void namesSomeOfManyUnknownKeys() throws IOException {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 50_000; i++) {
      many.append("UNKNOWN_").append(i).append(": 1\n");
    }
    ConfigFile file = file("many.yaml", many.toString());
    assertThatThrownBy(() -> translate(List.of(file), null))
        .hasMessageContaining("unknown key UNKNOWN_19")
        .hasMessageEndingWith("; 49980 more unknown keys");
  }
}
