package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("system")
class ExamplesTest {
  @TempDir Path folder;

  @Test
  void aStuckExampleFailsAloneAndIsNamed() throws Exception {
    Path template = Files.createDirectories(folder.resolve("template"));
    List<Example> examples =
        List.of(
            Example.prepared("--version"),
            Example.prepared("download hf:OWNER/NAME"),
            Example.prepared("help train"));

    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Examples run =
            Examples.start(
                folder.resolve("run"),
                template,
                examples,
                Map.of("HF_ENDPOINT", "http://localhost:" + silent.getLocalPort()),
                List.of(),
                Duration.ofSeconds(2))) {
      assertThat(run.result(2).exitCode()).isZero();
      assertThat(run.result(1).exitCode()).isNegative();
      assertThat(run.result(1).err()).contains("download hf:OWNER/NAME", "has not worked");
      assertThat(run.result(0).exitCode()).isZero();
    }
  }
}
