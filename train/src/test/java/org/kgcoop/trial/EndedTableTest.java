package org.kgcoop.trial;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kgcoop.files.FailingDisk;
import org.kgcoop.fixtures.TestImages;
import org.kgcoop.fixtures.TinyClip;

/**
 * Tests tables that end repeatedly: the process is killed, the machine loses power, or the disk is
 * full. Each attempt ends one write later, and the same call resumes. {@code EndedAtAnyWriteTest}
 * tests a single training in this way.
 */
@Tag("equality")
@Tag("system")
class EndedTableTest {
  private final TinyLab lab = new TinyLab(TinyClip.smallest());

  @TempDir Path folder;

  @AfterEach
  void close() {
    lab.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"POWER", "SPACE"})
  void writesTheSameTableAfterRepeatedFailures(FailingDisk.End end) {
    theSameTable(end);
  }

  @ParameterizedTest
  @Tag("nightly")
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"POWER", "SPACE"})
  void writesTheSameTableAfterOtherFailures(FailingDisk.End end) {
    theSameTable(end);
  }

  private void theSameTable(FailingDisk.End end) {
    ExperimentPlan plan = TinyLab.plan(List.of(TinyLab.CLIP, TinyLab.COOP), "test", List.of(1), 1L);
    BaseToNew protocol =
        new BaseToNew(
            List.of(
                TestImages.dataSet(folder.resolve("abcd"), List.of("a", "b", "c", "d"), 2, 0, 1)));
    Path calm = folder.resolve("calm");
    Path torn = folder.resolve("torn");
    JsonNode expected = TinyLab.withoutTimes(lab.run(protocol, plan, calm));

    Set<String> points = new TreeSet<>();
    JsonNode table = null;
    for (int at = 1; table == null; at++) {
      try (FailingDisk disk = new FailingDisk(at, end)) {
        try {
          table = lab.run(protocol, plan, torn);
          assertThat(disk.isEnded() && end != FailingDisk.End.SPACE).isFalse();
        } catch (RuntimeException e) {
          if (!disk.isEnded()) {
            throw e;
          }
        }
        points.addAll(disk.points());
      }
    }

    assertThat(points).contains("write results.json", "rename classifier.safetensors");
    assertThat(TinyLab.withoutTimes(table)).isEqualTo(expected);
    JsonNode cells = expected.path("cells");
    for (JsonNode cell : cells) {
      Path run = Path.of(cell.path("run").asText());
      assertThat(TinyLab.withoutTimes(TinyLab.results(torn.resolve(run))))
          .isEqualTo(TinyLab.withoutTimes(TinyLab.results(calm.resolve(run))));
    }
    assertThat(cells).hasSize(2);
  }
}
