package org.kgcoop.cli.options;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.untrained.RandomClip;

/** Tests of commands with options in files. */
class ConfigTest {
  @TempDir static Path shared;
  @TempDir Path folder;

  @BeforeAll
  static void writeInput() {
    RandomClip.write(shared.resolve("clip"), RandomClip.TINY, 1);
    SampleDrawings.copyTo(shared.resolve("drawings"));
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private JsonNode settings() throws IOException {
    return run(folder.resolve("run"));
  }

  private static JsonNode run(Path folder) throws IOException {
    return new ObjectMapper().readTree(folder.resolve("run.json").toFile()).path("settings");
  }

  private Path own() throws IOException {
    return file(
        "own.yaml",
        """
        clip: %s
        data: %s
        out: %s
        method: kgcoop
        shots: 2
        epochs: 1
        lr: 5e-3
        optimizer: adam
        sampler: random-all
        augment: test
        feature-cache: none
        quiet: true
        calibrate: false
        set:
          context_tokens: 3
          kgcoop:
            weight: 2.5
        """
            .formatted(shared.resolve("clip"), shared.resolve("drawings"), folder.resolve("run")));
  }

  @Test
  void readsAllOptionsFromAFileAndPrefersTheCommandLine() throws IOException {
    Cli.Result result =
        Cli.run("train", "--config", own(), "--lr", "0.01", "--set", "kgcoop.weight=3");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(settings().path("training").path("lr").asDouble()).isEqualTo(0.01);
    assertThat(settings().path("training").path("optimizer").asText()).isEqualTo("adam");
    assertThat(settings().path("training").path("sampler").asText()).isEqualTo("random-all");
    assertThat(settings().path("method").path("context_tokens").asInt()).isEqualTo(3);
    assertThat(settings().path("method").path("weight").asDouble()).isEqualTo(3);
  }

  @Test
  void trainsWithAPublishedFile() throws IOException {
    Path trainer =
        file(
            "trainer.yaml",
            """
            DATALOADER:
              TRAIN_X:
                BATCH_SIZE: 8
              NUM_WORKERS: 8
            INPUT:
              TRANSFORMS: ["random_resized_crop", "normalize"]
              RRCROP_SCALE: (0.5, 1)
            OPTIM:
              NAME: "adamw"
              LR: 0.002
              MAX_EPOCH: 200
              LR_SCHEDULER: "cosine"
              WARMUP_EPOCH: -1
            TRAINER:
              COOP:
                N_CTX: 2
            """);
    Object[] words = {
      "train",
      "--clip",
      shared.resolve("clip"),
      "--data",
      shared.resolve("drawings"),
      "--out",
      folder.resolve("run"),
      "--feature-cache",
      "none",
      "--epochs=1",
      "--shots",
      "2",
      "--config",
      trainer
    };
    assertThat(Cli.run(words).errorLine())
        .contains("trainer.yaml: a published file without TRAINER.NAME");
    Path name = file("name.yaml", "TRAINER: {NAME: CoOp}\n");
    List<Object> named = new ArrayList<>(List.of(words));
    named.addAll(List.of("--config", name));
    Cli.Result result = Cli.run(named.toArray());
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err()).contains("warning: ignored: DATALOADER.NUM_WORKERS (use --threads)");
    JsonNode training = settings().path("training");
    assertThat(training.path("optimizer").asText()).isEqualTo("adamw");
    assertThat(training.path("epochs").asInt()).isEqualTo(1);
    assertThat(training.path("batch_size").asInt()).isEqualTo(8);
    assertThat(training.path("warmup").asText()).isEqualTo("none");
    assertThat(training.path("transforms").asText()).isEqualTo("random_resized_crop(0.5,1.0)");
    assertThat(settings().path("method").path("method").asText()).isEqualTo("coop");
    assertThat(settings().path("method").path("context_tokens").asInt()).isEqualTo(2);
    assertThat(settings().path("data").path("shots").asInt()).isEqualTo(2);
  }

  @Test
  void prefersOptionsToOwnFilesAndOwnFilesToPublishedFiles() throws IOException {
    Path published =
        file(
            "published.yaml",
            "OPTIM: {LR: 0.02, NAME: sgd}\nDATALOADER: {TRAIN_X: {BATCH_SIZE: 8}}\n"
                + "TRAINER: {COOP: {W: 7.0}}\n");
    Cli.Result result =
        Cli.run("train", "--config", published, "--config", own(), "--batch-size", "4");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(settings().path("training").path("lr").asDouble()).isEqualTo(5e-3);
    assertThat(settings().path("training").path("batch_size").asInt()).isEqualTo(4);
    assertThat(settings().path("training").path("optimizer").asText()).isEqualTo("adam");
    assertThat(settings().path("method").path("weight").asDouble()).isEqualTo(2.5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--set weight=4", "--set kgcoop.weight=4"})
  void prefersTheCommandLineToEachSpellingInAFile(String option) throws IOException {
    for (String inFile :
        List.of("weight: auto", "set: {weight: 2}", "set: {kgcoop: {weight: 2}}")) {
      Path weight = file("weight.yaml", inFile + "\n");
      Path base = file("base.yaml", Files.readString(own()).replaceFirst("(?s)set:.*", ""));
      List<Object> words = new ArrayList<>(List.of("train", "--config", base, "--config", weight));
      words.addAll(List.of((Object[]) option.split(" ")));
      Cli.Result result = Cli.run(words.toArray());
      assertThat(result.exitCode()).as(inFile + "\n" + result.err()).isZero();
      assertThat(settings().path("method").path("weight").asDouble()).as(inFile).isEqualTo(4);
    }
  }

  @Test
  void aSettingIsGivenOncePerPlace() throws IOException {
    assertThat(Cli.run("train", "--config", own(), "--lr", 1, "--set", "lr=2").errorLine())
        .contains("--lr and --set lr: give one of them");
    Cli.Result result = Cli.run("train", "--config", own(), "--set", "lr=0.25");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(settings().path("training").path("lr").asDouble()).isEqualTo(0.25);
  }

  /** LP++ is not trained by steps, and has a setting of its own with the name of this option. */
  @Test
  void theOptionForTheEpochsOfATrainingIsNoSettingOfAMethod() throws IOException {
    Path epochs = file("epochs.yaml", "epochs: 1\n");
    for (List<Object> words :
        List.<List<Object>>of(
            List.of("--epochs", 1),
            List.of("--config", epochs),
            List.of("--epochs", 1, "--set", "lp++.epochs=7"))) {
      Path out = folder.resolve("table" + words.size() + words.get(0));
      List<Object> all =
          new ArrayList<>(List.of("fewshot", "--clip", shared.resolve("clip"), "--out", out));
      all.addAll(List.of("--data", shared.resolve("drawings"), "--methods", "coop,lp++"));
      all.addAll(List.of("--shots", 1, "--seeds", 1, "--augment", "test", "--quiet"));
      all.addAll(List.of("--feature-cache", "none"));
      all.addAll(words);
      Cli.Result result = Cli.run(all.toArray());
      assertThat(result.exitCode()).as(result.err()).isZero();
      JsonNode coop = run(out.resolve("drawings/coop/shots1/seed1"));
      assertThat(coop.path("training").path("epochs").asInt()).isEqualTo(1);
      JsonNode lp = run(out.resolve("drawings/lp++/shots1/seed1"));
      assertThat(lp.path("method").path("epochs").asInt()).isEqualTo(words.size() == 4 ? 7 : 300);
    }
    List<Object> train =
        List.of("train", "--clip", shared.resolve("clip"), "--data", shared.resolve("drawings"));
    List<Object> wrong = new ArrayList<>(train);
    wrong.addAll(List.of("--method", "lp++", "--epochs", 1, "--out", folder.resolve("run")));
    assertThat(Cli.run(wrong.toArray()).errorLine())
        .contains("training settings epochs: lp++ is not trained in steps");
    wrong.addAll(List.of("--set", "epochs=2"));
    assertThat(Cli.run(wrong.toArray()).errorLine())
        .contains("--epochs and --set epochs: give one of them");
  }

  @Test
  void aLaterSourceReplacesAnEarlierOneAlsoIfTheSettingHasAnOption() throws IOException {
    Path first = file("first.yaml", "set: {kgcoop.lr: 0.125, kgcoop.momentum: 0.25}\n");
    Path second = file("second.yaml", "lr: 0.5\nmomentum: 0.75\n");
    for (Path last : List.of(first, second)) {
      Path before = last == first ? second : first;
      Path optimizer = file("optimizer.yaml", "optimizer: sgd\nout: " + last + ".run\n");
      Cli.Result result =
          Cli.run(
              "train",
              "--config",
              own(),
              "--config",
              before,
              "--config",
              last,
              "--config",
              optimizer);
      assertThat(result.exitCode()).as(result.err()).isZero();
      JsonNode training =
          new ObjectMapper()
              .readTree(Path.of(last + ".run").resolve("run.json").toFile())
              .path("settings")
              .path("training");
      assertThat(training.path("lr").asDouble()).isEqualTo(last == first ? 0.125 : 0.5);
      assertThat(training.path("momentum").asDouble()).isEqualTo(last == first ? 0.25 : 0.75);
    }
    Cli.Result result = Cli.run("train", "--config", own(), "--config", first, "--lr", 2);
    assertThat(result.errorLine()).contains("first.yaml: setting momentum: used only with");
  }

  @Test
  void aFileMayListSettingsAndValuesOfASetting() throws IOException {
    String base =
        Files.readString(own()).replaceFirst("(?s)set:.*", "").replace("kgcoop", "ensemble");
    String plain = base.replaceAll("(?m)^(epochs|lr|optimizer|sampler|augment):.*\n", "");
    String two = "[\"a photo of a {}.\", \"a drawing, of a {}.\"]";
    for (String lines :
        List.of(
            "templates: " + two,
            "set: {templates: " + two + "}",
            "set: {ensemble: {templates: " + two + "}}",
            "set: ['templates=a photo of a {}.|a drawing, of a {}.']")) {
      Cli.Result result = Cli.run("train", "--config", file("list.yaml", plain + lines + "\n"));
      assertThat(result.exitCode()).as(lines + "\n" + result.err()).isZero();
      JsonNode templates = settings().path("method").path("templates");
      assertThat(templates).as(lines).hasSize(2);
      assertThat(templates.path(1).asText()).isEqualTo("a drawing, of a {}.");
    }
    Path wrong = file("wrong.yaml", plain + "set: [templates]\n");
    assertThat(Cli.run("train", "--config", wrong).errorLine())
        .contains("wrong.yaml: set 'templates': expected KEY: VALUE below set, or KEY=VALUE");
  }

  @Test
  void aMessageNamesTheFileOnlyIfTheValueIsThere() throws IOException {
    Path weight = file("weight.yaml", "weight: 3\n");
    assertThat(
            Cli.run("train", "--config", own(), "--config", weight, "--set", "kgcoop.weight=x")
                .errorLine())
        .contains("setting weight: expected")
        .doesNotContain("yaml");
    assertThat(Cli.run("train", "--config", own(), "--published", "--epochs", 2).errorLine())
        .contains(
            "leave out lr of " + folder.resolve("own.yaml") + ",", "augment of ", "--epochs;");
  }

  @Test
  void aSettingOfTheTrainingMayBelongToOneMethod() throws IOException {
    Cli.Result result =
        Cli.run(
            "train", "--config", own(), "--set", "kgcoop.momentum=0.5", "--set", "optimizer=sgd");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(settings().path("training").path("momentum").asDouble()).isEqualTo(0.5);
    assertThat(Cli.run("train", "--config", own(), "--set", "coop.momentum=0.5").errorLine())
        .contains("--set coop.momentum: no setting of kgcoop; known are ");
  }

  @Test
  void replacesASettingOfAFileByASweep() throws IOException {
    Path table =
        file(
            "table.yaml", "methods: [kgcoop]\nseeds: 1\nshots: 2\nepochs: 1\nlr: 0.1\nweight: 3\n");
    Cli.Result result =
        Cli.run(
            "base2new",
            "--config",
            table,
            "--clip",
            shared.resolve("clip"),
            "--data",
            shared.resolve("drawings"),
            "--feature-cache",
            "none",
            "--augment",
            "test",
            "--out",
            folder.resolve("table"),
            "--sweep",
            "weight=0,2",
            "--sweep",
            "lr=0.01");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("weight=0,lr=0.01", "weight=2,lr=0.01");
  }

  @Test
  void aTableTakesListsFromAFile() throws IOException {
    Path table =
        file(
            "table.yaml",
            """
            data: [%s]
            methods: [clip]
            seeds: [1, 2]
            shots: 2
            """
                .formatted(shared.resolve("drawings")));
    Cli.Result result =
        Cli.run(
            "base2new",
            "--clip",
            shared.resolve("clip"),
            "--out",
            folder.resolve("table"),
            "--feature-cache",
            "none",
            "--config",
            table);
    assertThat(result.exitCode()).as(result.err()).isZero();
  }

  @Test
  void aPublishedDataSetIsLookedForBelowItsRootByEveryCommand() throws IOException {
    Path pets =
        file(
            "oxford_pets.yaml",
            "TRAINER: {NAME: CoOp}\nDATASET: {NAME: OxfordPets, ROOT: '%s'}\n".formatted(folder));
    String missing = folder.resolve("oxford_pets") + ": there is no such folder";
    for (String[] command :
        new String[][] {
          {"train", "--method", "coop"},
          {"base2new"},
          {"fewshot"},
          {"cross", "--data", "embedded:drawings"},
          {"domain", "--shifts", "embedded:drawings"}
        }) {
      List<Object> words = new ArrayList<>(List.of((Object[]) command));
      words.addAll(List.of("--clip", shared.resolve("clip"), "--out", folder.resolve("run")));
      words.addAll(List.of("--config", pets));
      Cli.Result result = Cli.run(words.toArray());
      assertThat(result.errorLine()).as(command[0]).contains(missing);
      assertThat(result.err()).as(command[0]).doesNotContain("warning: ignored");
    }
  }

  @Test
  void aWordThatBeginsWithAnAtSignIsNoFile() throws IOException {
    Path words = Files.createDirectory(folder.resolve("@words"));
    Cli.Result result = Cli.run("train", "--config", own(), "@" + words);
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.errorLine()).contains("unexpected argument '@" + words);
  }

  @Test
  void requiresShiftsOfOtherDataSets() {
    Cli.Result result =
        Cli.run(
            "domain",
            "--clip",
            shared.resolve("clip"),
            "--source",
            shared.resolve("drawings"),
            "--out",
            folder.resolve("run"));
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.errorLine()).contains("no shifted versions of", "--shifts PATH");
  }

  @Test
  void rejectsUnknownKeysAndSuggestsKnownOnes() throws IOException {
    Path wrong = file("wrong.yaml", "batch-sizes: 3\nlearning: 1\nepoch: 2\n");
    Cli.Result result = Cli.run("train", "--config", wrong);
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.errorLine())
        .contains(
            "wrong.yaml: no option or setting of train: batch-sizes (did you mean batch-size?),"
                + " learning",
            "epoch (did you mean epochs?)");
  }

  @Test
  void rejectsAWrongValueInAFile() throws IOException {
    for (String[] each :
        new String[][] {
          {"epochs: many", "wrong.yaml: setting epochs: expected a whole number, got 'many'"},
          {"momentum: 2", "wrong.yaml: setting momentum: expected 0 to below 1, got 2"},
          {"set: {kgcoop: {weight: x}}", "wrong.yaml: setting weight: expected"},
          {"seed: one", "wrong.yaml: Invalid value for option '--seed': 'one' is not an integer"},
          {"quiet: maybe", "wrong.yaml: Invalid value for option '--quiet': 'maybe'"},
          {"set: {wieght: 1}", "wrong.yaml: wieght (did you mean weight?): no setting of kgcoop"}
        }) {
      Path wrong = file("wrong.yaml", each[0] + "\nout: x\ndata: embedded:objects\n");
      Cli.Result result = Cli.run("train", "--config", wrong);
      assertThat(result.exitCode()).isEqualTo(2);
      assertThat(result.errorLine()).contains(each[1]);
    }
    Cli.Result missing = Cli.run("train", "--config", folder.resolve("none.yaml"));
    assertThat(missing.exitCode()).isEqualTo(2);
    assertThat(missing.errorLine()).contains("none.yaml: no such file");
  }

  @Test
  void rejectsAFileThatIsNotYaml() throws IOException {
    for (String text :
        new String[] {
          "epochs: 1\n---\nout: x\n",
          "epochs:\n\t- 1\n",
          "epochs: \u0000\n",
          "epochs: {1\n",
          "? [a]\n: 1\n",
          "epochs: 1\nepochs: 2\n"
        }) {
      Cli.Result result = Cli.run("train", "--config", file("wrong.yaml", text));
      assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
      assertThat(result.errorLine())
          .contains("wrong.yaml")
          .doesNotContain("com.fasterxml", "Exception", "`", "org.yaml", "java.");
    }
    Path latin1 = folder.resolve("latin1.yaml");
    Files.write(latin1, "template: caf\u00e9 {}\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(Cli.run("train", "--config", latin1).errorLine())
        .contains("latin1.yaml", "it is not UTF-8 text")
        .doesNotContain("Exception");
  }
}
