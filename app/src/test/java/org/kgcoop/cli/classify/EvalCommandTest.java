package org.kgcoop.cli.classify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.RandomClip;

class EvalCommandTest {
  @TempDir Path folder;

  @Test
  void theConfusionMatrixIsThatOfTheResult() throws IOException {
    RandomClip.write(folder.resolve("clip"), RandomClip.TINY, 1);
    SampleDrawings.copyTo(folder.resolve("drawings"));
    Path file = folder.resolve("confusion.csv");
    Cli.Result result =
        Cli.run(
            "eval",
            "--clip",
            folder.resolve("clip"),
            "--data",
            folder.resolve("drawings"),
            "--bank",
            "none",
            "--confusion",
            file,
            "--json");
    assertThat(result.exitCode()).as(result.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(result.out());

    List<String> lines = Files.readAllLines(file);
    List<String> names = new ArrayList<>();
    json.path("class_names").forEach(name -> names.add(name.asText()));
    assertThat(lines).hasSize(names.size() + 1);
    assertThat(lines.get(0)).isEqualTo("class," + String.join(",", names));
    for (int label = 0; label < names.size(); label++) {
      String[] cells = lines.get(label + 1).split(",", -1);
      assertThat(cells[0]).isEqualTo(names.get(label));
      long[] counts = Arrays.stream(cells).skip(1).mapToLong(Long::parseLong).toArray();
      for (int c = 0; c < counts.length; c++) {
        assertThat(counts[c]).isEqualTo(json.path("confusion").path(label).path(c).asLong());
      }
    }
  }
}
