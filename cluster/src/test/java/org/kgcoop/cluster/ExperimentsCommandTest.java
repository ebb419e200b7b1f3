package org.kgcoop.cluster;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that an experiment grid on Spark gives the same results as on one machine. */
@Tag("system")
class ExperimentsCommandTest {
  private static final int RUNS = 8;

  @TempDir Path folder;

  private Lab lab;
  private Path out;

  @BeforeEach
  void prepare() {
    lab = new Lab(folder);
    out = folder.resolve("out");
  }

  private Lab.Result run(Path grid, Object... more) {
    Object[] words = {"experiments", "base2new", "--config", grid, "--out", out};
    return Lab.run(Stream.concat(Stream.of(words), Stream.of(more)).toArray());
  }

  private static Map<Path, FileTime> times(List<Path> runs) {
    Map<Path, FileTime> times = new LinkedHashMap<>();
    for (Path run : runs) {
      try {
        times.put(run, Files.getLastModifiedTime(run.resolve("run.json")));
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
    return times;
  }

  @Test
  void theTableIsThatOfOneMachineAndDoneOnce() {
    Path grid = lab.grid("epochs: 1");

    Lab.Result first = run(grid);

    assertThat(first.exitCode()).as(first.err()).isZero();
    assertThat(first.out()).contains("KgCoOp").contains("Report: ");
    assertThat(Lab.done(out)).hasSize(RUNS);
    assertThat(Lab.content(out)).isEqualTo(Lab.content(lab.local(grid)));
    assertThat(out.resolve(".attempts")).doesNotExist();

    Map<Path, FileTime> before = times(Lab.done(out));
    Lab.Result again = run(grid, "--json");
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(again.err()).contains("8 of 8 runs were already complete");
    assertThat(again.out()).startsWith("{");
    assertThat(times(Lab.done(out))).isEqualTo(before);

    Lab.Result other = run(lab.grid("epochs: 2"));
    assertThat(other.exitCode()).isEqualTo(2);
    assertThat(other.err())
        .contains("contains a run with other settings: training.epochs was 1, is 2");
    assertThat(other.err().lines().filter(line -> !line.contains("are divided here"))).hasSize(1);
  }

  /**
   * Two tasks of one process train with the same frozen encoder. Each task classifies with its own
   * encoder.
   */
  @Test
  void imageEncodersAreLearnedAsOnOneMachine() {
    Object[] ivlp = {
      "--methods", "ivlp", "--set", "ivlp.text_depth=2", "--set", "ivlp.image_depth=1"
    };
    Path grid = lab.grid("epochs: 1");

    Lab.Result result = run(grid, ivlp);

    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(Lab.done(out)).hasSize(4);
    assertThat(Lab.content(out)).isEqualTo(Lab.content(lab.local(grid, ivlp)));
  }

  @Test
  void aKilledDriverLeavesWhatIsDoneAndOnlyTheRestIsDoneAgain()
      throws IOException, InterruptedException {
    Path grid = lab.grid("epochs: 10");
    Process driver =
        lab.start(
            "experiments", "--master", "local[1]", "base2new", "--config", grid, "--out", out);
    waitFor(2, driver);
    driver.destroyForcibly(); // SIGKILL
    ChildJvm.Result killed = ChildJvm.await(driver, lab.log());
    assertThat(killed.exitCode()).as(killed.output()).isEqualTo(128 + 9);
    Map<Path, FileTime> before = times(Lab.done(out));
    assertThat(before).hasSizeBetween(2, RUNS - 1);

    Lab.Result rest = run(grid);

    assertThat(rest.exitCode()).as(rest.err()).isZero();
    assertThat(rest.err()).contains(" of 8 runs were already complete");
    assertThat(times(Lab.done(out))).hasSize(RUNS).containsAllEntriesOf(before);
    assertThat(out.resolve(".attempts")).doesNotExist();
    assertThat(Lab.content(out)).isEqualTo(Lab.content(lab.local(grid)));
  }

  private void waitFor(int runs, Process process) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(ChildJvm.PATIENCE_MINUTES);
    while (Lab.done(out).size() < runs) {
      assertThat(process.isAlive()).as(said()).isTrue();
      assertThat(System.nanoTime()).as(said()).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private String said() {
    try {
      return Files.readString(lab.log());
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  void whatFailsIsListedAndTheRestIsDone() throws IOException {
    for (Path image : images(lab.data("there").resolve("cat"))) {
      Files.writeString(image, "no image");
    }

    Lab.Result result = run(lab.grid("epochs: 1"));

    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.err())
        .contains("there/coop/seed1")
        .contains("there/kgcoop/seed2")
        .contains("4 of 8 runs failed. The other runs are complete.");
    assertThat(Lab.done(out)).hasSize(4).allMatch(run -> run.toString().contains("here/"));
    assertThat(out.resolve(".attempts")).doesNotExist();
  }

  private static List<Path> images(Path of) throws IOException {
    try (Stream<Path> files = Files.list(of)) {
      return files.toList();
    }
  }

  @Test
  void aWrongLineIsRefusedBeforeSparkBegins() {
    assertRefused(
        Lab.run("experiments", "base2new", "--config", lab.grid("epochz: 1"), "--out", out),
        "epochz (did you mean epochs?)");
    assertRefused(Lab.run("experiments", "base2nwe"), "did you mean base2new?");
    assertRefused(run(lab.grid("epochs: 1"), "--threads", "2", "--device", "cpu0"), "cpu0");
    assertRefused(
        Lab.run(
            "experiments",
            "base2new",
            "--config",
            lab.grid("epochs: 1"),
            "--out",
            out,
            "--master",
            "mesos://x"),
        "mesos://x");
    assertRefused(
        Lab.run(
            "experiments",
            "--conf",
            "spark.task.cpus=1",
            "base2new",
            "--config",
            lab.grid("epochs: 1"),
            "--threads=2",
            "--out",
            out),
        "spark.task.cpus=1");
  }

  private static void assertRefused(Lab.Result result, String what) {
    assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
    // The command may open the data first and print that it divides them.
    assertThat(result.err().lines().filter(line -> !line.contains("are divided here")))
        .singleElement(as(InstanceOfAssertFactories.STRING))
        .startsWith("kgcoop: ")
        .contains(what);
  }

  @Test
  void helpIsThatOfTheProtocol() {
    Lab.Result help = Lab.run("experiments", "base2new", "--help");
    assertThat(help.exitCode()).isZero();
    assertThat(help.out()).contains("--per-set").contains("--seeds");
    assertThat(Lab.run("experiments", "--help").out()).contains("--master").contains("base2new");
  }
}
