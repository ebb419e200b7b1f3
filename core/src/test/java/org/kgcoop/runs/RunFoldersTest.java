package org.kgcoop.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;

class RunFoldersTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private RunFolder open(String name) {
    ObjectNode settings = JSON.createObjectNode().put("seed", 1);
    return RunFolder.open(folder.resolve(name), settings, JSON.createObjectNode(), warning -> {});
  }

  private Path run(String name) {
    try (RunFolder run = open(name)) {
      run.complete(JSON.createObjectNode());
      return run.path();
    }
  }

  @Test
  void aRunIsDeletedWithAllThatIsInIt() {
    Path run = run("run");

    RunFolders.delete(run);

    assertThat(run).doesNotExist();
    assertThat(folder).exists();
  }

  @Test
  void aRunThatIsWrittenIsKept() throws IOException {
    try (RunFolder run = open("run")) {
      assertThat(RunFolders.isInUse(run.path())).isTrue();
      assertThatThrownBy(() -> RunFolders.delete(run.path()))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("in use by another run");
      assertThat(run.path().resolve("run.json")).isRegularFile();
    }
    assertThat(RunFolders.isInUse(folder.resolve("run"))).isFalse();
  }

  @Test
  void aFolderThatIsNotARunIsKept() throws IOException {
    Path images = Files.createDirectories(folder.resolve("images"));
    Path image = Files.writeString(images.resolve("run.json"), "{\"settings\": 1}");

    assertThatThrownBy(() -> RunFolders.delete(images))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("not a run folder");
    assertThat(image).exists();
  }

  @Test
  void aLinkToARunIsKeptAndSoIsTheRun() throws IOException {
    Path run = run("run");
    Path link = Files.createSymbolicLink(folder.resolve("link"), run);

    assertThatThrownBy(() -> RunFolders.delete(link)).hasMessageContaining("not a run folder");
    assertThat(run.resolve("run.json")).exists();
  }

  @Test
  void theTargetOfALinkInsideARunIsKept() throws IOException {
    Path run = run("run");
    Path outside = Files.createDirectories(folder.resolve("outside"));
    Path precious = Files.writeString(outside.resolve("precious"), "x");
    Files.createSymbolicLink(run.resolve("link"), outside);

    RunFolders.delete(run);

    assertThat(run).doesNotExist();
    assertThat(precious).exists();
  }

  @Test
  void aSearchUnderWayIsDeletedWithItsRun() {
    Path run = run("run");
    assertThat(run("run/.weight-search/first-hidden/weight=8.0")).exists();

    RunFolders.delete(run);

    assertThat(run).doesNotExist();
  }

  /** Creates a table of three runs, one of them with a search in progress. */
  private Path table() throws IOException {
    for (String name : List.of("coop/seed1", "coop/seed2", "kgcoop/seed1")) {
      assertThat(run("table/set/" + name)).exists();
    }
    assertThat(run("table/set/kgcoop/seed1/.weight-search/x")).exists();
    Path table = folder.resolve("table");
    Files.writeString(table.resolve("results.json"), "{\"rows\": []}");
    Files.writeString(table.resolve("report.html"), "<html>");
    return table;
  }

  @Test
  void aTableIsDeletedWithItsRuns() throws IOException {
    Path table = table();
    assertThat(RunFolders.isTable(table)).isTrue();
    assertThat(RunFolders.runsBelow(table)).hasSize(3);

    assertThat(RunFolders.deleteTable(table)).isEmpty();

    assertThat(table).doesNotExist();
    assertThat(folder).exists();
  }

  @Test
  void otherFilesInATableFolderAreKept() throws IOException {
    Path table = table();
    Path notes = Files.writeString(table.resolve("set/notes.txt"), "mine");

    assertThat(RunFolders.deleteTable(table)).containsExactly(table.resolve("set"), table);

    assertThat(notes).hasContent("mine");
    assertThat(table.resolve("set/coop")).doesNotExist();
    assertThat(table.resolve("results.json")).doesNotExist();
  }

  @Test
  void aTableOfWhichARunIsWrittenIsKept() throws IOException {
    Path table = table();
    try (RunFolder run = open("table/set/coop/seed2")) {
      assertThatThrownBy(() -> RunFolders.deleteTable(table))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("in use by another run, so nothing of");
      assertThat(run.path()).exists();
    }
    assertThat(RunFolders.runsBelow(table)).hasSize(3);
  }

  @Test
  void aFolderOfTablesIsNone() throws IOException {
    Path table = table();

    assertThat(RunFolders.isTable(folder)).isFalse();
    assertThat(RunFolders.isTable(table.resolve("set/coop/seed1"))).isFalse();
    assertThatThrownBy(() -> RunFolders.deleteTable(folder))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("not the folder of a table");
    // A stopped table has its lock and its runs.
    Files.delete(table.resolve("results.json"));
    assertThat(RunFolders.isTable(table)).isFalse();
    Files.createFile(table.resolve(".lock"));
    assertThat(RunFolders.isTable(table)).isTrue();
  }

  @Test
  void aRunThatHoldsAnotherIsKept() {
    Path outer = run("outer");
    Path inner = run("outer/inner");

    assertThatThrownBy(() -> RunFolders.delete(outer)).hasMessageContaining("contains other runs");
    assertThat(inner.resolve("results.json")).exists();
  }
}
