package org.kgcoop.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AppendedFileTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void forcedBytesSurviveAPowerFailureAndOthersTheProcess(FailingDisk.End end) throws IOException {
    Path file = folder.resolve("a.txt");
    try (FailingDisk disk = new FailingDisk(FailingDisk.NEVER, end);
        AppendedFile appended = new AppendedFile(file)) {
      appended.append("one\n".getBytes(StandardCharsets.UTF_8));
      appended.force();
      appended.append("two\n".getBytes(StandardCharsets.UTF_8));
      disk.end();
    }
    assertThat(file).hasContent(end.name().startsWith("POWER") ? "one\n" : "one\ntwo\n");
  }
}
