package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.clip.untrained.RandomClip;

/** Tests of the first steps of a new user. */
class FirstUseTest {
  private static final Path TOP = Path.of("..");

  @TempDir Path folder;

  /** Returns the arguments of the first command of a page with this beginning. */
  private static List<String> command(String page, String beginning) throws IOException {
    String line =
        Files.readAllLines(TOP.resolve(page)).stream()
            .filter(text -> text.startsWith("./kgcoop " + beginning))
            .findFirst()
            .orElseThrow();
    String[] words = line.replaceFirst(" *#.*", "").split(" ");
    return new ArrayList<>(Arrays.asList(words).subList(1, words.length));
  }

  @Test
  void theFirstPredictionOfTheGuideWorksOnAFreshClone() throws IOException {
    List<String> words = command("docs/how-to/classify-many-images.md", "predict docs/drawing.png");
    assertThat(words).contains("docs/drawing.png", "cat,house,umbrella");
    words.replaceAll(word -> word.equals("docs/drawing.png") ? TOP.resolve(word).toString() : word);

    Cli.Result result = Cli.run(words.toArray());

    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("umbrella");
  }

  @Test
  void theReadmeTrainsOnDrawingsAsTheyAre() throws IOException {
    assertThat(command("README.md", "train"))
        .contains("embedded:rare-objects")
        .containsSequence("--augment", "test");
  }

  @ParameterizedTest
  @ValueSource(strings = {"train", "base2new", "fewshot", "cross", "domain"})
  void manyOptionsStandUnderTheirSubjects(String command) {
    Cli.Result result = Cli.run("help", command, "--all");

    assertThat(result.exitCode()).isZero();
    assertThat(result.out().lines())
        .containsSubsequence("Images:", "Training:", "CLIP:", "Output:");
    assertThat(result.out())
        .containsSubsequence("--out", "Images:", "--root", "Training:", "--set");
    assertThat(result.out())
        .containsSubsequence("CLIP:", "--clip", "--offline", "Output:", "--json");
    assertThat(result.out()).containsOnlyOnce("--help");
  }

  /** A user cannot copy an example that the terminal breaks. */
  @Test
  void examplesOfTheHelpFitIntoATerminal() {
    List<String> examples =
        Main.commandLine(() -> false).getSubcommands().values().stream()
            .flatMap(c -> Arrays.stream(c.getCommandSpec().usageMessage().footer()))
            .filter(line -> line.startsWith("  "))
            .toList();

    assertThat(examples).hasSizeGreaterThan(20).allMatch(line -> line.length() <= 80);
  }

  @Test
  void fewOptionsNeedNoHeadings() {
    assertThat(Cli.run("download", "--help").out()).contains("--offline").doesNotContain("CLIP:");
  }

  /** Neither the data nor the weights exist, so the command must not try to read them. */
  @Test
  void base2newRejectsImpossibleDataAtOnce() {
    Object[] words = {
      "base2new",
      "--data",
      folder.resolve("no-data"),
      "--clip",
      folder.resolve("no-weights"),
      "--out",
      folder.resolve("out")
    };
    for (Object[] more :
        new Object[][] {{"--methods", "clip,probe"}, {"--set", "coop.class_specific=true"}}) {
      Cli.Result result = Cli.run(with(words, more));

      assertThat(result.exitCode()).isEqualTo(2);
      assertThat(result.errorLine()).contains("cannot be used on new classes; leave it out here");
    }
    assertThat(Cli.run("help", "base2new", "--all").out())
        .containsIgnoringWhitespaces(
            "fixed classes, such as probe, work only in fewshot and domain");
  }

  /** The exit code is 2, as with uv, so that a script that forgets the command fails. */
  @Test
  void printsItsHelpAndFailsWithoutACommand() {
    Cli.Result result = Cli.run();

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err()).contains("Usage: kgcoop", "  base2new ", "Exit codes: 0 success");
    assertThat(result.out()).isEmpty();
  }

  /** Short names also override the same options of a settings file. */
  @Test
  void shortNamesOfOptionsAreThoseOfOtherPrograms() throws IOException {
    Path file = Files.writeString(folder.resolve("settings.yaml"), "out: elsewhere\njobs: 2\n");
    for (String jobs : List.of("-j0", "-j=0", "--jobs=0")) {
      Cli.Result result =
          Cli.run("base2new", "--config", file, "--data", "x", "-q", "-v", "-o", folder, jobs);
      assertThat(result.errorLine()).contains("--jobs: expected at least 1, got 0");
    }
  }

  @Test
  void allShotsAreAllImages() {
    Path clip = folder.resolve("clip");
    Path data = folder.resolve("drawings");
    RandomClip.write(clip, RandomClip.TINY, 1);
    SampleDrawings.copyTo(data);
    Path out = folder.resolve("all");
    Object[] words = {
      "train", "--clip", clip, "--data", data, "--epochs", 1, "--augment", "test", "--out", out
    };

    Cli.Result result = Cli.run(with(words, "--shots", "all"));

    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err()).doesNotContain("fewer than");
    assertThat(out.resolve("run.json")).content().containsPattern("\"shots\" : 0");
    assertThat(Cli.run(with(words, "--shots", "some")).exitCode()).isEqualTo(2);
  }

  private static Object[] with(Object[] words, Object... more) {
    return Stream.concat(Arrays.stream(words), Arrays.stream(more)).toArray();
  }
}
