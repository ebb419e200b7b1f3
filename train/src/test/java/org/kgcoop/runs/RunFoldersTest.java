package org.kgcoop.runs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
  void aRunThatIsWrittenIsInUse() {
    try (RunFolder run = open("run")) {
      assertThat(RunFolders.isInUse(run.path())).isTrue();
    }
    assertThat(RunFolders.isInUse(folder.resolve("run"))).isFalse();
  }

  /** Creates a table of three runs, one of them with a search in progress. */
  private Path table() throws IOException {
    for (String name : List.of("coop/seed1", "coop/seed2", "kgcoop/seed1")) {
      assertThat(run("table/set/" + name)).exists();
    }
    assertThat(run("table/set/kgcoop/seed1/.weight-search/x")).exists();
    Path table = folder.resolve("table");
    Files.writeString(table.resolve("results.json"), "{\"cells\": []}");
    Files.writeString(table.resolve("report.html"), "<html>");
    return table;
  }

  @Test
  void aFolderOfTablesIsNone() throws IOException {
    Path table = table();

    assertThat(RunFolders.isTable(folder)).isFalse();
    assertThat(RunFolders.isTable(table.resolve("set/coop/seed1"))).isFalse();
    assertThat(RunFolders.isTable(table)).isTrue();
    assertThat(RunFolders.runsBelow(table)).hasSize(3);
    // A stopped table has its lock and its runs.
    Files.delete(table.resolve("results.json"));
    assertThat(RunFolders.isTable(table)).isFalse();
    Files.createFile(table.resolve(".lock"));
    assertThat(RunFolders.isTable(table)).isTrue();
  }
}
