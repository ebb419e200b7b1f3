package org.kgcoop.maker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.api.Classifier;
import org.kgcoop.clip.Clip;
import org.kgcoop.pretrain.Drawings;
import picocli.CommandLine;

class PretrainCommandTest {
  @TempDir Path folder;

  private record Result(int exitCode, String out, String err) {}

  private Result pretrain(Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("--out", folder.resolve("model")));
    if (!List.of(more).contains("--width")) {
      arguments.addAll(List.of("--width", 2));
    }
    arguments.addAll(List.of(more));
    return run(arguments.toArray());
  }

  private Result run(Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("pretrain", "--quiet", "--steps", 2));
    arguments.addAll(List.of("--data", Drawings.corpus(folder.resolve("drawings"), 4)));
    arguments.addAll(List.of("--resolution", 32, "--batch-size", 8));
    arguments.addAll(List.of("--text-width", 64, "--text-layers", 1));
    arguments.addAll(List.of(more));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commandLine = Main.commandLine(() -> false);
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    int code = commandLine.execute(arguments.stream().map(Object::toString).toArray(String[]::new));
    return new Result(code, out.toString(), err.toString());
  }

  @Test
  void theModelIsOneThatClassifiersRead() {
    Result trained = pretrain("--layers", "1,1,1,1");
    assertThat(trained.err()).isEmpty();
    assertThat(trained.exitCode()).isZero();
    assertThat(trained.out()).contains("2 steps, 16 images", "model: ");
    Path image = folder.resolve("drawings").resolve("0-0.png");
    try (Clip clip = Clip.load(folder.resolve("model"));
        Classifier classifier =
            Classifier.zeroShot(clip, List.of("bar", "disc"), "an icon of a {}.")) {
      assertThat(classifier.classify(image).best().className()).isIn("bar", "disc");
    }
  }

  @Test
  void aStudentHasTheVocabularyOfItsTeacher() {
    assertThat(pretrain("--layers", "1,1,1,1", "--merges", 20).exitCode()).isZero();
    Path teacher = folder.resolve("model");
    Path student = folder.resolve("student");
    Result taught =
        run(
            "--out",
            student,
            "--teacher",
            teacher,
            "--seen-patches",
            5,
            "--cooldown",
            1,
            "--vision",
            "vit",
            "--width",
            64,
            "--layers",
            3,
            "--embed-dim",
            32);
    assertThat(taught.err()).isEmpty();
    assertThat(taught.exitCode()).isZero();
    assertThat(student.resolve("merges.txt")).hasSameBinaryContentAs(teacher.resolve("merges.txt"));
    try (Clip clip = Clip.load(student)) {
      assertThat(clip.config().embedDim()).isEqualTo(32);
    }
  }

  @Test
  void aStudentThatCannotBeIsOneClearLine() {
    Path teacher = folder.resolve("nowhere");
    assertThat(pretrain("--layers", "1,1,1,1", "--teacher", teacher).err())
        .isEqualTo("kgcoop: --teacher: expected --vision vit\n");
    assertThat(
            pretrain(
                    "--teacher",
                    teacher,
                    "--vision",
                    "vit",
                    "--width",
                    64,
                    "--layers",
                    3,
                    "--seen-patches",
                    17)
                .err())
        .isEqualTo("kgcoop: patches per image: expected at most 16, got 17\n");
    assertThat(pretrain("--layers", "1,1,1,1", "--from", teacher).err())
        .contains("--from: expected --teacher");
  }

  @Test
  void wrongSizesAreOneClearLine() {
    Result result = pretrain("--layers", "1,1");
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err())
        .isEqualTo("kgcoop: --layers 1,1: expected four numbers, such as 1,1,1,1\n");
    assertThat(pretrain("--vision", "vgg").err())
        .isEqualTo("kgcoop: --vision vgg: expected rn or vit\n");
    assertThat(pretrain("--minutes", 1).err())
        .isEqualTo("kgcoop: --steps and --minutes: expected one of the two\n");
    assertThat(pretrain("--workers", 3).err())
        .isEqualTo("kgcoop: workers: expected a number that divides the batch size 8, got 3\n");
  }
}
