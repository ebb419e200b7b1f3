package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PretrainCommandTest {
  @TempDir Path folder;

  /** Sample drawings, each a concept of its own. */
  private Path corpus() throws IOException {
    Path drawings = folder.resolve("drawings");
    SampleDrawings.copyTo(drawings);
    StringBuilder lines = new StringBuilder();
    try (var files = Files.walk(drawings)) {
      int number = 0;
      for (Path file : files.filter(f -> f.toString().endsWith(".png")).sorted().toList()) {
        String name = file.getName(file.getNameCount() - 2).toString();
        lines.append(
            "{\"picture\":\"%s\",\"captions\":[\"%s\"],\"concept\":\"%s %s\",\"tint\":true}%n"
                .formatted(folder.relativize(file), name, name, number++));
      }
    }
    Path manifest = folder.resolve("manifest.jsonl");
    Files.writeString(manifest, lines);
    return manifest;
  }

  private Cli.Result pretrain(Object... more) throws IOException {
    List<Object> arguments = new ArrayList<>(List.of("pretrain", "--quiet", "--steps", 2));
    arguments.addAll(List.of("--data", corpus(), "--out", folder.resolve("model")));
    arguments.addAll(List.of("--batch-size", 8, "--resolution", 32, "--width", 2));
    arguments.addAll(List.of("--text-width", 64, "--text-layers", 1));
    arguments.addAll(List.of(more));
    return Cli.run(arguments.toArray());
  }

  @Test
  void theModelIsOneThatOtherCommandsRead() throws IOException {
    Cli.Result trained = pretrain("--layers", "1,1,1,1");
    assertThat(trained.err()).isEmpty();
    assertThat(trained.exitCode()).isZero();
    assertThat(trained.out()).contains("2 steps, 16 pictures", "model: ");
    Path picture;
    try (var files = Files.walk(folder.resolve("drawings"))) {
      picture = files.filter(f -> f.toString().endsWith(".png")).findFirst().orElseThrow();
    }
    Cli.Result classified =
        Cli.run("zero-shot", picture, "--classes", "cat,dog", "--clip", folder.resolve("model"));
    assertThat(classified.exitCode()).isZero();
    assertThat(classified.out()).containsAnyOf("cat", "dog");
  }

  @Test
  void wrongSizesAreOneClearLine() throws IOException {
    Cli.Result result = pretrain("--layers", "1,1");
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err())
        .isEqualTo("kgcoop: --layers 1,1: expected four numbers, such as 1,1,1,1\n");
    assertThat(pretrain("--vision", "vgg").errorLine())
        .isEqualTo("kgcoop: --vision vgg: expected rn or vit");
    assertThat(pretrain("--minutes", 1).errorLine())
        .isEqualTo("kgcoop: --steps and --minutes: expected one of the two");
    assertThat(pretrain("--workers", 3).errorLine())
        .isEqualTo("kgcoop: workers: expected a number that divides the batch size 8, got 3");
  }
}
