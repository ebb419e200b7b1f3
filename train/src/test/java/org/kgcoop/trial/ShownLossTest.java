package org.kgcoop.trial;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.data.DataSet;
import org.kgcoop.fixtures.TestImages;

class ShownLossTest {
  @TempDir Path folder;

  @Test
  void theLossNextToTheProgressIsTheMeanOfTheEpoch() throws IOException {
    DataSet data = TestImages.dataSet(folder.resolve("data"), List.of("a", "b"), 3, 0, 1);
    Path out = folder.resolve("out");
    List<String> shown;
    try (TinyLab lab = new TinyLab()) {
      lab.run(
          new FewShotCurve(List.of(data)),
          TinyLab.plan(List.of(TinyLab.COOP), "test", List.of(3), 1L),
          out);
      shown = List.copyOf(lab.details);
    }
    List<String> expected = new ArrayList<>();
    double sum = 0;
    int steps = 0;
    int epoch = 0;
    for (String line : Files.readAllLines(events(out))) {
      JsonNode event = new ObjectMapper().readTree(line);
      if (event.has("loss")) {
        if (event.path("epoch").asInt() != epoch) {
          epoch = event.path("epoch").asInt();
          sum = 0;
          steps = 0;
        }
        sum += event.path("loss").asDouble();
        steps++;
        expected.add(String.format(Locale.ROOT, "loss %.3f", sum / steps));
      }
    }
    assertThat(expected).hasSize(9); // three epochs of six images in batches of two
    assertThat(shown).isEqualTo(expected);
  }

  private static Path events(Path out) throws IOException {
    try (var files = Files.walk(out)) {
      return files.filter(file -> file.endsWith("events.jsonl")).findFirst().orElseThrow();
    }
  }
}
