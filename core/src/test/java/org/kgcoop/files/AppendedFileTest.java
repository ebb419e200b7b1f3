package org.kgcoop.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
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

  @Test
  void anInterruptedThreadDoesNotCloseTheFileForOthers() throws IOException {
    Path file = folder.resolve("a.txt");
    try (AppendedFile appended = new AppendedFile(file)) {
      Thread.currentThread().interrupt();
      appended.appendAndForce("one\n".getBytes(StandardCharsets.UTF_8));
      assertThat(Thread.interrupted()).isTrue();
      appended.appendAndForce("two\n".getBytes(StandardCharsets.UTF_8));
    }
    assertThat(file).hasContent("one\ntwo\n");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aLinkIsNotFollowed() throws IOException {
    Path outside = Files.writeString(folder.resolve("outside.txt"), "mine");
    Path link = Files.createSymbolicLink(folder.resolve("a.txt"), outside);
    assertThatThrownBy(() -> new AppendedFile(link)).hasMessageContaining("it is a link");
    assertThat(outside).hasContent("mine");
  }
}
