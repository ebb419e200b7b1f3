package org.kgcoop.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests experiments with the packaged program in new processes: with spark-submit, and on a master
 * with two workers.
 */
@Tag("nightly")
class PackagedExperimentsTest {
  private static final int RUNS = 8;

  @TempDir private Path folder;

  private Lab lab;
  private Path out;
  private Path log;

  @BeforeEach
  void prepare() {
    lab = new Lab(folder);
    out = folder.resolve("out");
    log = folder.resolve("log.txt");
  }

  private List<String> words(Path grid, String master) {
    return List.of(
        "experiments",
        "base2new",
        "--config",
        grid.toString(),
        "--out",
        out.toString(),
        "--master",
        master);
  }

  @Test
  void sparkSubmitTakesTheBundle() throws Exception {
    Path grid = lab.grid("epochs: 1");
    ChildJvm.Result result = ChildJvm.submit(words(grid, "local[2]"), log);
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(Lab.content(out)).isEqualTo(Lab.content(lab.local(grid)));
    assertThat(out.resolve("report.html")).isRegularFile();
  }

  @Test
  void aKilledWorkerChangesNoDigit() throws Exception {
    Path grid = lab.grid("epochs: 40");
    try (Standalone spark = new Standalone(folder.resolve("standalone"))) {
      List<String> line = new ArrayList<>(List.of("org.kgcoop.cluster.Main"));
      line.addAll(words(grid, spark.master()));
      Process job = ChildJvm.start("1g", ChildJvm.packaged(), line, log);
      ChildJvm.await(job, log, () -> !Lab.done(out).isEmpty());
      spark.killWorker(1);
      assertThat(Lab.done(out)).as(Files.readString(log)).hasSizeBetween(1, RUNS - 1);
      ChildJvm.Result result = ChildJvm.await(job, log);
      assertThat(result.exitCode()).as(result.output()).isZero();
    }
    assertThat(Lab.done(out)).hasSize(RUNS);
    assertThat(Lab.content(out)).isEqualTo(Lab.content(lab.local(grid)));
  }
}
