package org.kgcoop.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kgcoop.KgCoopException;

class AtomicFileTest {

  @TempDir Path folder;

  private void assertOnlyOld(Path target) throws IOException {
    assertThat(target).hasContent("old");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(target);
    }
  }

  @Test
  void aFileIsCreatedAndReplaced() throws IOException {
    Path target = folder.resolve("a.txt");
    AtomicFile.write(target, out -> out.write('x'));
    assertThat(target).hasContent("x");
    Files.writeString(target, "old");
    AtomicFile.write(target, out -> out.write('y'));
    assertThat(target).hasContent("y");
  }

  @Test
  void aFullDiskKeepsTheOldFile() throws IOException {
    Path target = Files.writeString(folder.resolve("a.txt"), "old");
    KgCoopException error =
        catchThrowableOfType(
            KgCoopException.class,
            () ->
                AtomicFile.write(
                    target,
                    out -> {
                      out.write(new byte[100_000]);
                      throw new IOException("No space left on device");
                    }));
    assertThat(error.category()).isEqualTo(KgCoopException.Category.IO);
    assertThat(error)
        .hasMessage(
            target
                + ": cannot be written: No space left on device; the old file is kept; free"
                + " some space, check the permissions or write elsewhere");
    assertOnlyOld(target);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void theErrorOfAFullDeviceIsPassedOn() throws IOException {
    Path target = Files.writeString(folder.resolve("a.txt"), "old");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    target,
                    out -> {
                      try (OutputStream full = Files.newOutputStream(Path.of("/dev/full"))) {
                        full.write(1);
                      }
                    }))
        .hasMessageContaining("No space left on device");
    assertOnlyOld(target);
  }

  @Test
  void anExceptionOfTheContentKeepsTheOldFile() throws IOException {
    Path target = Files.writeString(folder.resolve("a.txt"), "old");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    target,
                    out -> {
                      throw new IllegalStateException("a bug");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertOnlyOld(target);
  }

  @Test
  void aMissingFolderIsNamedWithAFix() {
    Path target = folder.resolve("none/a.txt");
    assertThatThrownBy(() -> AtomicFile.write(target, out -> {}))
        .isInstanceOf(KgCoopException.class)
        .hasMessage(
            target + ": cannot be written: No such file or directory; create its folder first");
  }

  @Test
  void aFolderIsNoTarget() {
    assertThatThrownBy(() -> AtomicFile.write(folder, out -> {}))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("it is a folder");
  }

  @Test
  void aTargetIsTriedWithoutATrace() throws IOException {
    Path target = Files.writeString(folder.resolve("a.txt"), "old");
    AtomicFile.check(target);
    assertOnlyOld(target);

    for (Path wrong : new Path[] {folder, target.resolve("b"), folder.resolve("no/b.txt")}) {
      assertThatThrownBy(() -> AtomicFile.check(wrong))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("cannot be written");
    }
    assertOnlyOld(target);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SPACE")
  void afterAnyEndTheFileIsTheOldOrTheNewOne(FailingDisk.End end) throws IOException {
    for (int at = 1; at <= 7; at++) {
      Path target = Files.writeString(folder.resolve("a.txt"), "old");
      try (FailingDisk disk = new FailingDisk(at, end)) {
        AtomicFile.write(target, out -> out.write("new".getBytes(StandardCharsets.UTF_8)));
        disk.end();
        assertThat(disk.points())
            .containsExactly(
                "open a.txt",
                "write a.txt",
                "write the rest of a.txt",
                "force a.txt",
                "rename a.txt",
                "force the folder " + folder.getFileName());
        assertThat(target).hasContent("new");
      } catch (FailingDisk.Ended e) {
        assertThat(Files.readString(target)).isIn("old", "new");
      }
    }
  }
}
