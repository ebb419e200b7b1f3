package org.kgcoop.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.MalformedInputException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;

class InputFileTest {
  @TempDir Path folder;

  @Test
  void onlyARegularFileIsRead() throws IOException {
    Path file = Files.writeString(folder.resolve("a.txt"), "é");
    assertThat(InputFile.text(file)).isEqualTo("é");
    assertThat(InputFile.check(file).size()).isEqualTo(2);
    assertThatThrownBy(() -> InputFile.check(folder))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("it is a folder; expected a file");
    assertThatThrownBy(() -> InputFile.check(folder.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
    Files.write(file, new byte[] {(byte) 0xe9});
    assertThatThrownBy(() -> InputFile.text(file)).isInstanceOf(MalformedInputException.class);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aDeviceIsNotOpened() {
    assertThatThrownBy(
            () -> {
              try (InputStream in = InputFile.open(Path.of("/dev/zero"))) {
                assertThat(in.read()).isNegative();
              }
            })
        .hasMessageContaining("it is a pipe or a device; expected a file");
  }

  @Test
  void aListLongerThanAnyIsNotRead() throws IOException {
    Path file = folder.resolve("long.txt");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength((512L << 20) + 1);
    }
    assertThatThrownBy(() -> Folders.lines(file))
        .isInstanceOf(KgCoopException.class)
        .hasMessage(file + ": 536870913 bytes; expected a list of at most 536870912");
  }
}
