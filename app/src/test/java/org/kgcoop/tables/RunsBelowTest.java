package org.kgcoop.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.runs.TargetResult;

class RunsBelowTest {
  @TempDir Path folder;

  private final List<String> warnings = new ArrayList<>();

  @BeforeEach
  void writeRuns() throws IOException {
    StoredRuns.run("kgcoop", "pets", 1)
        .method("weight", 8)
        .target("base", 3, 4)
        .target("new", 2, 4)
        .write(folder.resolve("table/pets/kgcoop/seed1"));
    StoredRuns.run("kgcoop", "pets", 1)
        .method("weight", 4)
        .target("base", 4, 4)
        .write(folder.resolve("table/pets/kgcoop-weight4/seed1"));
    StoredRuns.run("coop", "food", 2)
        .shots(1)
        .target("test", 1, 4)
        .command(folder, List.of("train", "--data", "food"))
        .write(folder.resolve("single"));
    Files.writeString(
        folder.resolve("table/results.json"), "{\"settings\": {\"protocol\": \"base2new\"}}");
  }

  private List<String> names(Map<String, Set<String>> filter) {
    return RunsBelow.read(folder, filter, warnings::add).stream().map(StoredRun::name).toList();
  }

  private List<StoredRun> all() {
    return RunsBelow.read(folder, Map.of(), warnings::add);
  }

  private static Map<String, Set<String>> where(String key, String... values) {
    return Map.of(key, Set.of(values));
  }

  @Test
  void readsARunFolder() {
    StoredRun run = all().get(1);

    assertThat(run.name()).isEqualTo("table/pets/kgcoop-weight4/seed1");
    assertThat(run.settings()).containsEntry("method.weight", "4.0");
    assertThat(run.protocol()).isEqualTo("base2new");
    TargetResult base = run.targets().get(0);
    assertThat(base.name() + base.set().dataSet() + base.set().classes()).isEqualTo("basepetsbase");
    assertThat(base.correct()).isEqualTo(4);
    assertThat(base.total()).isEqualTo(4);
    assertThat(run.msPerImage()).isEqualTo(2.5);
    // H of 75 % and 50 % is 2 x 75 x 50 / 125.
    assertThat(all().get(2).value("H")).isEqualTo(60);
  }

  @Test
  void eachFilterNarrows() {
    String four = "table/pets/kgcoop-weight4/seed1";
    String eight = "table/pets/kgcoop/seed1";
    assertThat(names(where("method", "coop"))).containsExactly("single");
    assertThat(names(where("method", "coop", "kgcoop"))).containsExactly("single", four, eight);
    assertThat(names(where("data.name", "pets"))).containsExactly(four, eight);
    assertThat(names(where("seed", "2"))).containsExactly("single");
    assertThat(names(where("shots", "4"))).containsExactly(four, eight);
    assertThat(names(where("weight", "8"))).containsExactly(eight);
    assertThat(names(where("method.weight", "4.0"))).containsExactly(four);
    assertThat(names(where("weight", "eight"))).isEmpty();
  }

  @Test
  void aNumberIsNotFoundInATextThatHoldsOne() {
    StoredRuns.run("coop", "food", 3)
        .setting("training", "augment", "cache:8")
        .setting("training", "decay", "8,16")
        .target("test", 1, 4)
        .write(folder.resolve("banked"));
    assertThat(names(where("training.augment", "0"))).isEmpty();
    assertThat(names(where("training.decay", "8"))).isEmpty();
    assertThat(names(where("training.augment", "cache:8"))).containsExactly("banked");
    assertThat(names(where("method.weight", "8"))).containsExactly("table/pets/kgcoop/seed1");
  }

  @Test
  void changesAreSeen() throws IOException {
    assertThat(all()).hasSize(3);
    StoredRuns.run("coop", "food", 2).target("test", 4, 4).write(folder.resolve("single"));
    StoredRuns.run("prograd", "food", 2).running().write(folder.resolve("begun"));
    Files.delete(folder.resolve("table/pets/kgcoop/seed1/run.json"));

    List<StoredRun> now = all();

    assertThat(now.stream().map(StoredRun::name))
        .containsExactly("begun", "single", "table/pets/kgcoop-weight4/seed1");
    assertThat(now.get(0).isComplete()).isFalse();
    assertThat(now.get(1).targets().get(0).correct()).isEqualTo(4);
  }

  @Test
  void aTableThatEndsLaterGivesItsRunsTheirProtocol() throws IOException {
    Files.delete(folder.resolve("table/results.json"));
    assertThat(all().get(1).protocol()).isEmpty();

    Files.writeString(
        folder.resolve("table/results.json"), "{\"settings\": {\"protocol\": \"fewshot\"}}");

    assertThat(all().get(1).protocol()).isEqualTo("fewshot");
  }

  @Test
  void aRunThatCannotBeReadIsNamedAndTheOthersAreListed() throws IOException {
    Files.writeString(folder.resolve("single/run.json"), "{\"settings\": ");

    assertThat(all()).hasSize(2);
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("single", "run.json", "damaged in line 1");
  }

  @Test
  void aListReadsNoPredictions() throws IOException {
    Files.writeString(folder.resolve("single/predictions.json"), "{\"targets\": ");

    assertThat(all()).hasSize(3);
    assertThat(warnings).isEmpty();
  }

  @Test
  void leavesOutFoldersThatAreNoRuns() throws IOException {
    Path other = Files.createDirectories(folder.resolve("pretrained"));
    Files.writeString(
        other.resolve("run.json"), "{\"settings\": {\"steps\": 5}, \"state\": \"complete\"}");

    assertThat(all()).hasSize(3);
    assertThat(warnings).isEmpty();
  }

  @Test
  void aRunFolderHoldsItself() {
    List<StoredRun> single = RunsBelow.read(folder.resolve("single"), Map.of(), warnings::add);

    assertThat(single.get(0).name()).isEqualTo(".");
  }

  @Test
  void aFolderThatIsNotThereIsRefused() {
    assertThatThrownBy(() -> RunsBelow.read(folder.resolve("none"), Map.of(), warnings::add))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("no such folder of runs");
  }
}
