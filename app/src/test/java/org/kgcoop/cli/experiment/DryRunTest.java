package org.kgcoop.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.untrained.RandomClip;

/** Tests of the plan of a protocol. */
class DryRunTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path shared;

  @TempDir Path folder;

  @BeforeAll
  static void writeInput() {
    RandomClip.write(shared.resolve("clip"), RandomClip.TINY, 1);
    SampleDrawings.copyTo(shared.resolve("drawings"), 4);
  }

  private Cli.Result run(Object... arguments) {
    Object[] all = new Object[arguments.length + 4];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    all[arguments.length] = "--clip";
    all[arguments.length + 1] = shared.resolve("clip");
    all[arguments.length + 2] = "--out";
    all[arguments.length + 3] = folder.resolve("out");
    return Cli.run(all);
  }

  private static JsonNode json(Cli.Result result) throws IOException {
    assertThat(result.exitCode()).as(result.err()).isZero();
    return JSON.readTree(result.out());
  }

  @Test
  void countsRunsAndStepsWithoutRunningThem() throws IOException {
    Object[] command = {
      "base2new",
      "--data",
      shared.resolve("drawings"),
      "--shots",
      1,
      "--seeds",
      "1,2",
      "--methods",
      "clip,kgcoop",
      "--epochs",
      3,
      "--batch-size",
      1
    };
    JsonNode plan = json(run(with(command, "--dry-run", "--json")));

    assertThat(folder).isEmptyDirectory();
    assertThat(plan.path("runs").asInt()).isEqualTo(4);
    assertThat(plan.path("done").asInt()).isZero();
    int classes =
        json(Cli.run("inspect", shared.resolve("drawings"), "--json")).path("class_counts").size();
    assertThat(plan.path("methods").path(1).path("steps").asInt())
        .isEqualTo(2 * 3 * ((classes + 1) / 2));
    assertThat(plan.path("seconds").asDouble()).isPositive();
    assertThat(plan.path("missing")).isEmpty();

    assertThat(run(command).exitCode()).isZero();
    JsonNode rest = json(run(with(command, "--dry-run", "--json")));
    assertThat(rest.path("done").asInt()).isEqualTo(4);
    assertThat(rest.path("seconds").asDouble()).isZero();
  }

  /** Base and new classes are also tested in one list. A large batch needs no images of its own. */
  @Test
  void countsEachTestImageInTwoListsOfClasses() throws IOException {
    JsonNode plan =
        json(
            run(
                "base2new",
                "--data",
                shared.resolve("drawings"),
                "--shots",
                1,
                "--seeds",
                1,
                "--methods",
                "clip,coop",
                "--augment",
                "test",
                "--batch-size",
                100_000_000,
                "--dry-run",
                "--json"));
    int trained = plan.path("methods").path(1).path("steps").asInt() / 200; // CoOp's epochs
    assertThat(trained).isEqualTo(1);
    int classes = 2; // of four; one image of each
    int tests = plan.path("encodings").asInt() - classes;
    assertThat(tests).isPositive();
    plan.path("methods")
        .forEach(method -> assertThat(method.path("tests").asInt()).isEqualTo(2 * tests));
  }

  /** The counts read each list of 150,000 images a few times, not once per pair of runs. */
  @Test
  void aPlanOfManyRunsNeedsLittleMemory() throws IOException {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    JsonNode plan =
        json(
            run(
                "base2new",
                "--data",
                "imagenet",
                "--root",
                folder.resolve("data"),
                "--methods",
                "clip,ensemble",
                "--seeds",
                "1,2,3,4,5,6,7,8,9,10",
                "--shots",
                "1",
                "--dry-run",
                "--json"));
    assertThat(plan.path("runs").asInt()).isEqualTo(20);
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1L << 30);
  }

  @Test
  void plansDataThatIsNotThere() throws IOException {
    Object[] command = {
      "base2new",
      "--root",
      folder.resolve("data"),
      "--data",
      "oxford_pets,imagenet,stanford_cars",
      "--methods",
      "clip,coop",
      "--seeds",
      1,
      "--shots",
      16,
      "--dry-run"
    };
    Cli.Result text = run(command);
    assertThat(text.exitCode()).as(text.err()).isZero();
    assertThat(text.out())
        .contains("base2new: 6 runs, 0 done before")
        .contains("missing: OxfordPets: ./kgcoop download OxfordPets --root ")
        .contains(
            "missing: ImageNet: 152.5 GB, needs an account, see ./kgcoop download --list ImageNet")
        .contains("disk: 155.2 GB for the archives of the missing data sets");
    JsonNode plan = json(run(with(command, "--json")));
    // 50,000, 3,669 and 8,041 test images; 16 of 500, 19 and 98 base classes in eight views
    assertThat(plan.path("encodings").asInt())
        .isEqualTo(50_000 + 3_669 + 8_041 + 8 * 16 * (500 + 19 + 98));
    assertThat(plan.path("missing").findValuesAsText("name"))
        .containsExactly("OxfordPets", "ImageNet", "StanfordCars");
  }

  @Test
  void countsAnImageOnceForSamplesThatShareIt() throws IOException {
    Path data = shared.resolve("drawings");
    Object[] command = {
      "fewshot", "--data", data, "--methods", "gda", "--seeds", "1,2", "--dry-run", "--json"
    };
    int once = json(run(with(command, "--shots", 1_000_000))).path("encodings").asInt();
    assertThat(json(run(with(command, "--shots", "1,1000,1000000"))).path("encodings").asInt())
        .isEqualTo(once);
  }

  @Test
  void aPlanNeedsNoFolderForResults() throws IOException {
    Object[] command = {
      "base2new",
      "--data",
      shared.resolve("drawings"),
      "--methods",
      "gda",
      "--shots",
      1,
      "--clip",
      shared.resolve("clip")
    };
    assertThat(json(Cli.run(with(command, "--dry-run", "--json"))).path("runs").asInt())
        .isEqualTo(3);
    Cli.Result refused = Cli.run(command);
    assertThat(refused.exitCode()).isEqualTo(KgCoopException.Category.CONFIGURATION.exitCode());
    assertThat(refused.errorLine()).contains("--out: expected a folder");
  }

  @Test
  void everyProtocolHasAPlan() {
    Path data = shared.resolve("drawings");
    for (Object[] command :
        new Object[][] {
          {"fewshot", "--data", data, "--shots", "1,2", "--methods", "gda", "--seeds", 1},
          {
            "cross",
            "--source",
            data,
            "--data",
            "dtd",
            "--shots",
            1,
            "--seeds",
            1,
            "--methods",
            "clip"
          },
          {
            "domain",
            "--source",
            data,
            "--shifts",
            "imagenetv2",
            "--shots",
            1,
            "--seeds",
            1,
            "--methods",
            "clip"
          },
          {"base2new", "--data", data, "--shots", 1_000_000, "--methods", "gda", "--jobs", 50}
        }) {
      Cli.Result result = run(with(command, "--dry-run"));
      assertThat(result.exitCode()).as(result.err()).isZero();
      assertThat(result.out()).contains(command[0] + ": ", "time: about");
    }
  }

  private static Object[] with(Object[] command, Object... more) {
    Object[] all = new Object[command.length + more.length];
    System.arraycopy(command, 0, all, 0, command.length);
    System.arraycopy(more, 0, all, command.length, more.length);
    return all;
  }

  @Test
  void aProtocolLooksUpWeightsByName() {
    for (String plan : new String[] {"--dry-run", "--json"}) {
      Cli.Result result =
          Cli.run(
              "base2new",
              plan,
              "--data",
              "embedded:places",
              "--clip",
              "hf:nobody/nothing",
              "--offline",
              "--out",
              folder.resolve("out"));

      assertThat(result.exitCode()).as(result.err()).isEqualTo(5);
      assertThat(result.err()).contains("nobody/nothing", "offline");
    }
  }
}
