package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.experiment.ExperimentSession;
import org.kgcoop.clip.RandomClip;

/** Tests of the command line of a protocol, for schedulers that distribute its runs. */
class ProtocolLineTest {
  @TempDir static Path shared;

  @TempDir Path folder;

  private final StringWriter said = new StringWriter();

  @BeforeAll
  static void writeInput() {
    RandomClip.write(shared.resolve("clip"), RandomClip.TINY, 1);
    SampleDrawings.copyTo(shared.resolve("drawings"));
  }

  private ProtocolArguments line(String... words) {
    PrintWriter writer = new PrintWriter(said, true);
    return ProtocolArguments.parse(List.of(words), writer, writer);
  }

  @Test
  void writesOptionsThatWorkInOtherFolders() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("grid.yaml"),
            """
            data: [embedded:objects, %s]
            methods: [coop, kgcoop]
            jobs: 2
            per-set: true
            set: {context_tokens: 4}
            """
                .formatted(shared.resolve("drawings")));

    ProtocolArguments line =
        line("base2new", "--config", file.toString(), "--out", "runs", "--set", "words=a thing");

    assertThat(line.threads()).hasValue(1);
    assertThat(line.arguments(1))
        .startsWith("base2new")
        .containsOnlyOnce(
            "--data=embedded:objects",
            "--data=" + shared.resolve("drawings"),
            "--methods=coop,kgcoop",
            "--per-set",
            "--set=context_tokens=4",
            "--set=words=a thing",
            "--out=" + Path.of("runs").toAbsolutePath(),
            "--threads=1")
        .noneMatch(word -> word.startsWith("--config") || word.startsWith("--jobs"));
    // Parsing the arguments again gives the same arguments.
    assertThat(line(line.arguments(1).toArray(String[]::new)).arguments(1))
        .isEqualTo(line.arguments(1));
  }

  @Test
  void writesTheStrongestValueOfEachSetting() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("rates.yaml"),
            "lr: 0.1\nepochs: 3\nset: {coop.lr: 0.2, coop.epochs: 4, batch_size: 8}\n");
    ProtocolArguments line =
        line(
            "base2new",
            "--config=" + file,
            "--data=" + shared.resolve("drawings"),
            "--clip=" + shared.resolve("clip"),
            "--out=" + folder,
            "--methods=coop,kgcoop",
            "--epochs=5",
            "--batch-size=16");

    List<String> words = line.arguments(1);

    assertThat(words)
        .contains("--set=lr=0.1", "--set=coop.lr=0.2", "--epochs=5", "--batch-size=16")
        .noneMatch(word -> word.matches("--set=.*(epochs|batch_size)=.*"));
    try (ExperimentSession session = line(words.toArray(String[]::new)).open()) {
      assertThat(session.runs()).hasSize(6);
    }
  }

  @Test
  void threadsAreThoseOfOneRun() {
    assertThat(line("fewshot", "--data=x", "--out=y").threads()).isEmpty();
    assertThat(line("fewshot", "--data=x", "--out=y", "--threads=3").threads()).hasValue(3);
    ProtocolArguments both = line("fewshot", "--data=x", "--out=y", "--threads=3", "--jobs=2");
    assertThatThrownBy(both::threads).isInstanceOf(KgCoopException.class);
  }

  @Test
  void rejectsAWrongLineLikeTheCommand() {
    assertThatThrownBy(() -> line("train", "--out=y")).hasMessageContaining("expected one of");
    assertThatThrownBy(() -> line("base2new", "--data=x", "--out=y", "--only=x/clip/seed1"))
        .hasMessageContaining("--only does its run on this machine");
    assertThatThrownBy(() -> line("base2new", "--data=x", "--out=y", "--seedz=1"))
        .isInstanceOfSatisfying(
            KgCoopException.class,
            e -> assertThat(e.category()).isEqualTo(KgCoopException.Category.CONFIGURATION))
        .hasMessageContaining("--seeds")
        .hasMessageContaining("kgcoop base2new --help");
  }

  @Test
  void runsOneByOneMakeTheTableOfTheCommand() {
    String[] words = {
      "base2new",
      "--clip=" + shared.resolve("clip"),
      "--data=" + shared.resolve("drawings"),
      "--methods=clip,kgcoop",
      "--set=context_tokens=2",
      "--seeds=1",
      "--shots=2",
      "--epochs=1",
      "--augment=test",
      "--feature-cache=none",
      "--json",
      "--threads=1",
      "--out=" + folder
    };
    try (ExperimentSession experiments = line(words).open()) {
      assertThat(experiments.runs())
          .containsExactly("drawings/clip/seed1", "drawings/kgcoop/seed1");
      for (String run : experiments.runs()) {
        assertThat(experiments.isDone(run)).isFalse();
        experiments.run(run, folder, () -> false);
        assertThat(experiments.isDone(run)).isTrue();
      }
      experiments.printTable();
    }
    // The command finds that all runs are complete.
    Cli.Result command = Cli.run((Object[]) words);
    assertThat(said.toString()).endsWith(command.out()); // after the lines about the data
    assertThat(command.err()).contains("kgcoop" + java.io.File.separator + "seed1: done before");
  }
}
