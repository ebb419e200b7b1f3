package org.kgcoop.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PretrainingCorpusTest {

  /**
   * Families whose hashes assign them to pre-training. Phosphor is in the test part, and solar in
   * the downstream part.
   */
  private static final List<String> LEARNED = List.of("tabler", "boxicons", "akar", "ant-design");

  private static final String TWIN =
      IconFixture.CROSS.replace("stroke-width='2'", "stroke-width='2.1'");

  @TempDir Path out;

  @Test
  void copiesOfUnseenDrawingsAndRareThingsAreNotLearned() throws IOException {
    List<Drawing> drawings = new ArrayList<>();
    for (String family : LEARNED) {
      drawings.add(
          IconFixture.drawing(
              family,
              family,
              "clock",
              family.equals("tabler") ? TWIN : rotated(IconFixture.BAR, family)));
    }
    drawings.add(IconFixture.drawing("akar", "akar", "rarity", IconFixture.DISC));
    drawings.add(IconFixture.drawing("ph", "phosphor", "clock", IconFixture.CROSS));
    drawings.add(IconFixture.drawing("solar", "solar", "clock", IconFixture.CORNER));
    assertThat(new PretrainingCorpus(out, line -> {}).write(drawings))
        .containsExactlyInAnyOrder("boxicons", "akar", "ant-design", "ph", "solar");

    assertThat(Files.readAllLines(out.resolve("manifest.jsonl")))
        .containsExactly(line("boxicons"), line("akar"), line("ant-design"));
    assertThat(Files.readAllLines(out.resolve("validation.jsonl"))).hasSize(1);
    assertThat(Files.readAllLines(out.resolve("nouns-test.jsonl"))).hasSize(1);
    assertThat(out.resolve("pictures/akar/clock.png")).exists();
    assertThat(out.resolve("pictures/tabler/clock.png")).doesNotExist();
  }

  private static String line(String set) {
    return ("{\"picture\":\"pictures/%s/clock.png\",\"captions\":[\"clock\"],\"concept\":\"clock\","
            + "\"style\":[\"outline\"],\"domain\":[],\"tint\":true,\"flip\":false}")
        .formatted(set);
  }

  /** Rotates an icon by a small angle, which depends on its family. */
  private static String rotated(String body, String family) {
    return "<g transform='rotate(%s 8 8)'>%s</g>".formatted(family.length() * 7 % 40, body);
  }
}
