package org.kgcoop.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.fixtures.ChildProcess;

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
  void reportsAFullDevice() throws IOException {
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

  private Path link(String name, String to) throws IOException {
    return Files.createSymbolicLink(folder.resolve(name), Path.of(to));
  }

  private static void write(Path target, String text) {
    AtomicFile.check(target);
    AtomicFile.write(
        AtomicFile.destination(target), out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aLinkInTheFolderOfARunIsReplacedAndNotFollowed() throws IOException {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Path mine = Files.writeString(outside.resolve("mine.txt"), "mine");
    for (Path link :
        List.of(link("a.txt", mine.toString()), link("b.txt", outside.resolve("new") + ""))) {
      AtomicFile.write(link, out -> out.write('x'));
      assertThat(link).isRegularFile().hasContent("x");
      assertThat(Files.isSymbolicLink(link)).isFalse();
    }
    assertThat(mine).hasContent("mine");
    try (Stream<Path> files = Files.list(outside)) {
      assertThat(files).containsExactly(mine);
    }
  }

  /** The files of a killed process are deleted at its first write into a folder. */
  @Test
  @Tag("system")
  void theNextProcessDeletesTheTemporaryFileOfAKilledOne() throws Exception {
    Path other = folder.resolve(".b.json." + UUID.randomUUID() + ".tmp");
    Path killed = Files.writeString(folder.resolve(".a.txt." + UUID.randomUUID() + ".tmp"), "cut");
    Path foreign = Files.writeString(folder.resolve(".a.txt.tmp"), "of another program");
    Path link = link(".c.txt." + UUID.randomUUID() + ".tmp", foreign.toString());
    try (ChildProcess writer =
        ChildProcess.start(
            folder.resolve("log.txt"), List.of(), SlowWriter.class, folder.toString())) {
      String open = writer.firstLine();
      Files.writeString(other, "cut");
      write(folder.resolve("a.txt"), "new");
      assertThat(List.of(killed, other)).noneMatch(Files::exists);
      assertThat(List.of(foreign, link, folder.resolve(open))).allMatch(Files::exists);
    }
  }

  /** A process that is writing a file. */
  static final class SlowWriter {
    public static void main(String[] arguments) {
      Path folder = Path.of(arguments[0]);
      AtomicFile.write(
          folder.resolve("slow.txt"),
          out -> {
            try (Stream<Path> files = Files.list(folder)) {
              System.out.println(
                  files
                      .map(file -> file.getFileName().toString())
                      .filter(name -> name.startsWith(".slow.txt."))
                      .findFirst()
                      .orElseThrow());
            }
            sleep();
          });
    }

    private static void sleep() {
      try {
        TimeUnit.MINUTES.sleep(4);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aSymbolicLinkIsKeptAndItsTargetIsReplacedOrCreated() throws IOException {
    Path there = Files.createDirectories(folder.resolve("there/sub"));
    Path old = Files.writeString(there.resolve("old.txt"), "old");
    Path link = link("a.txt", "there/sub/old.txt");
    Path linkToLink = link("b.txt", link.toString());
    Path dangling = link("c.txt", "there/sub/../new.txt");
    write(link, "first");
    assertThat(old).hasContent("first");
    write(linkToLink, "second");
    write(dangling, "new");

    assertThat(old).hasContent("second");
    assertThat(folder.resolve("there/new.txt")).hasContent("new");
    assertThat(List.of(link, linkToLink, dangling)).allMatch(Files::isSymbolicLink);
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile)).hasSize(2 + 3); // no temporary file
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void rejectsALinkThatLeadsToNoFile() throws IOException {
    Path loop = link("loop", "pool");
    Path unused = link("pool", "loop");
    Path itself = link("itself", "itself");
    Path toFolder = link("to-folder", Files.createDirectory(folder.resolve("sub")).toString());
    Path nowhere = link("nowhere", "none/a.txt");
    for (Path link : List.of(loop, itself)) {
      assertThatThrownBy(() -> AtomicFile.check(link))
          .isInstanceOf(KgCoopException.class)
          .hasMessage(link + ": a symbolic link that leads to itself; name another file");
    }
    assertThatThrownBy(() -> AtomicFile.check(toFolder)).hasMessageContaining("it is a folder");
    assertThatThrownBy(() -> AtomicFile.check(nowhere))
        .hasMessage(
            folder.resolve("none/a.txt")
                + ": cannot be written: No such file or directory; create its folder first");
    assertThat(List.of(loop, itself, toFolder, nowhere)).allMatch(Files::isSymbolicLink);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aPipeIsWrittenInto() throws Exception {
    Path pipe = folder.resolve("pipe");
    int made = new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start().waitFor();
    assertThat(made).isZero();
    for (Path target : List.of(pipe, link("to-pipe", "pipe"))) {
      CompletableFuture<byte[]> read = CompletableFuture.supplyAsync(() -> bytes(pipe));
      write(target, "x".repeat(100_000)); // more than a pipe holds
      assertThat(read.get(1, TimeUnit.MINUTES)).hasSize(100_000);
    }
    assertThat(AtomicFile.isPipeOrDevice(pipe)).isTrue();
    assertThat(AtomicFile.isPipeOrDevice(folder)).isFalse();
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A disk on which forcing a folder fails. */
  private static final class Unforced extends Disk {
    private final IOException error;

    Unforced(IOException error) {
      this.error = error;
    }

    @Override
    void force(FileChannel folder) throws IOException {
      throw error;
    }
  }

  @Test
  void anUnforcedFolderIsReported() {
    Path target = folder.resolve("a.txt");
    Disk.replace(new Unforced(new IOException("Input/output error")));
    try {
      assertThatThrownBy(() -> write(target, "new"))
          .isInstanceOf(KgCoopException.class)
          .hasMessage(
              target
                  + ": written, but it cannot be forced to the disk: Input/output error; check the"
                  + " disk, because a power failure may lose the file");
    } finally {
      Disk.replace(new Disk());
    }
    assertThat(target).hasContent("new");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFileSystemThatForcesNoFoldersIsUsable() throws IOException {
    Path target = folder.resolve("a.txt");
    IOException unsupported =
        catchThrowableOfType(
            IOException.class,
            () -> {
              try (FileChannel channel = FileChannel.open(Path.of("/proc/self"))) {
                channel.force(true);
              }
            });
    Disk.replace(new Unforced(unsupported));
    try {
      write(target, "new");
    } finally {
      Disk.replace(new Disk());
    }
    assertThat(target).hasContent("new");
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

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void theLongestNameIsWritten() throws IOException {
    Path target = folder.resolve("é".repeat(127) + "x"); // 255 bytes
    AtomicFile.write(target, out -> out.write('a'));
    assertThat(target).hasContent("a");
  }
}
