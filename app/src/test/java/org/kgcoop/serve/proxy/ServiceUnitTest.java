package org.kgcoop.serve.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.cli.ChildProcess;

/** Tests the systemd unit of the documents. Skipped if systemd is not installed. */
@Tag("system")
class ServiceUnitTest {
  @TempDir Path folder;

  /** The level is from 0 to 10. Without any restriction, a service has 9.6. */
  @Test
  void theServiceIsExposedLittle() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/systemd-analyze")));
    Path unit =
        Files.copy(Nginx.DOCUMENTS.resolve("kgcoop@.service"), folder.resolve("k@.service"));
    Path log = folder.resolve("log.txt");
    ProcessBuilder analysis =
        new ProcessBuilder(
                "systemd-analyze",
                "security",
                "--offline=true",
                "--no-pager",
                "--threshold=15", // 1.5
                unit.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    assertThat(ChildProcess.run(analysis)).as(Files.readString(log)).isZero();
  }
}
