package org.kgcoop.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
  void whatIsNoRunIsKept() throws IOException {
    Path pictures = Files.createDirectories(folder.resolve("pictures"));
    Path picture = Files.writeString(pictures.resolve("run.json"), "{\"settings\": 1}");

    assertThatThrownBy(() -> RunFolders.delete(pictures))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("no run folder");
    assertThat(picture).exists();
  }

  @Test
  void aLinkToARunIsKeptAndSoIsTheRun() throws IOException {
    Path run = run("run");
    Path link = Files.createSymbolicLink(folder.resolve("link"), run);

    assertThatThrownBy(() -> RunFolders.delete(link)).hasMessageContaining("no run folder");
    assertThat(run.resolve("run.json")).exists();
  }

  @Test
  void whatALinkInsideARunPointsToIsKept() throws IOException {
    Path run = run("run");
    Path outside = Files.createDirectories(folder.resolve("outside"));
    Path precious = Files.writeString(outside.resolve("precious"), "x");
    Files.createSymbolicLink(run.resolve("link"), outside);

    RunFolders.delete(run);

    assertThat(run).doesNotExist();
    assertThat(precious).exists();
  }

  @Test
  void aRunThatHoldsAnotherIsKept() {
    Path outer = run("outer");
    Path inner = run("outer/inner");

    assertThatThrownBy(() -> RunFolders.delete(outer)).hasMessageContaining("holds other runs");
    assertThat(inner.resolve("results.json")).exists();
  }
}
