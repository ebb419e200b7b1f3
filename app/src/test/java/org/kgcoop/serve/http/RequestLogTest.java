package org.kgcoop.serve.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class RequestLogTest {
  @TempDir Path folder;

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFullDiskIsReportedOnce() {
    List<String> problems = new ArrayList<>();
    Consumer<String> full = HttpServer.logFile(Path.of("/dev/full"), problems::add);
    full.accept("one");
    full.accept("two");
    assertThat(problems)
        .containsExactly(
            "--request-log /dev/full: requests are not logged: No space left on device; free some"
                + " space");
  }

  @Test
  void linesAreAppended() {
    Path file = folder.resolve("requests.log");
    for (String line : List.of("one", "two")) {
      HttpServer.logFile(file, problem -> {}).accept(line);
    }
    assertThat(file).content().containsSubsequence("one", "two");
  }
}
