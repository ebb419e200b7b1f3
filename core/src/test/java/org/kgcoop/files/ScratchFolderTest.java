package org.kgcoop.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.fixtures.ChildProcess;

@Tag("system")
class ScratchFolderTest {

  @TempDir Path parent;

  private List<Path> content() throws IOException {
    try (Stream<Path> files = Files.list(parent)) {
      return files.toList();
    }
  }

  @Test
  void nothingIsLeftOfAFolderThatIsClosed() throws IOException {
    try (ScratchFolder folder = ScratchFolder.in(parent, ".x-")) {
      Files.writeString(Files.createDirectories(folder.path().resolve("a/b")).resolve("c"), "c");
    }
    assertThat(content()).isEmpty();
  }

  @Test
  void aFolderThatWasMovedAwayIsKept() throws IOException {
    Path moved = parent.resolve("moved");
    try (ScratchFolder folder = ScratchFolder.in(parent, ".x-")) {
      Files.move(folder.path(), moved);
    }
    assertThat(content()).containsExactly(moved);
  }

  @Test
  void theNextProcessDeletesTheFolderOfAKilledOne() throws IOException {
    Path left = Files.createDirectories(parent.resolve(".x-killed/pictures"));
    Files.writeString(left.resolve("000001.png"), "x");
    Files.createFile(parent.resolve(".x-killed.lock"));
    Path other = Files.createDirectory(parent.resolve("f00"));

    try (ScratchFolder running = ScratchFolder.in(parent, ".x-");
        ScratchFolder next = ScratchFolder.in(parent, ".x-")) {
      assertThat(running.path()).isDirectory();
      assertThat(next.path()).isDirectory();
      assertThat(content()).hasSize(5).contains(other); // two with their locks
    }
    assertThat(content()).containsExactly(other);
  }

  /** Locks a file until the process or its parent is killed. */
  static final class Holding {
    public static void main(String[] arguments) throws IOException {
      try (FileChannel channel = FileChannel.open(Path.of(arguments[0]), StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        System.out.println(lock.isValid() ? "locked" : "free");
        int unused = System.in.read();
      }
    }
  }

  @Test
  void aRunningProcessKeepsItsFolder() throws Exception {
    Path folder = Files.createDirectory(parent.resolve(".x-running"));
    Path lock = Files.createFile(parent.resolve(".x-running.lock"));
    try (ChildProcess holder =
        ChildProcess.start(
            parent.resolve("log.txt"), List.of("-Xmx64m"), Holding.class, lock.toString())) {
      assertThat(holder.firstLine()).isEqualTo("locked");
      ScratchFolder.in(parent, ".x-").close();
      assertThat(folder).isDirectory();
    }
    ScratchFolder.in(parent, ".x-").close();
    assertThat(folder).doesNotExist();
  }

  /**
   * Starts and ends many times, as a process with one scratch folder does. Each start also cleans
   * up. Prints the number of folders that were lost while they were in use.
   */
  static final class Starting {
    public static void main(String[] arguments) throws IOException {
      Path parent = Path.of(arguments[0]);
      int lost = 0;
      for (int i = Integer.parseInt(arguments[1]); i > 0; i--) {
        try (ScratchFolder folder = ScratchFolder.in(parent, ".x-")) {
          Path file = Files.writeString(folder.path().resolve("file"), "x");
          LockSupport.parkNanos(1); // lets another process run
          lost += Files.exists(file) ? 0 : 1;
        } catch (NoSuchFileException e) {
          lost++;
        }
      }
      System.out.println(lost);
    }
  }

  @Test
  void aFolderStaysLockedWhenItsProcessNamesThePlaceInAnotherWay() throws Exception {
    try (ScratchFolder first = ScratchFolder.in(parent, ".x-");
        ScratchFolder second = ScratchFolder.in(parent.resolve("."), ".x-")) {
      ChildProcess.Outcome other =
          ChildProcess.run(
              parent.resolve("log"), List.of("-Xmx64m"), Starting.class, parent.toString(), "1");
      assertThat(other).isEqualTo(new ChildProcess.Outcome(0, "0\n"));
      assertThat(first.path()).isDirectory();
      assertThat(second.path()).isDirectory();
    }
  }

  private void startTogether(int processes, int times) throws Exception {
    Path place = Files.createDirectory(parent.resolve("place"));
    List<ChildProcess> children = new ArrayList<>();
    try {
      for (int i = 0; i < processes; i++) {
        children.add(
            ChildProcess.start(
                parent.resolve("log" + i),
                List.of("-Xmx64m"),
                Starting.class,
                place.toString(),
                String.valueOf(times)));
      }
      for (ChildProcess child : children) {
        assertThat(child.outcome()).isEqualTo(new ChildProcess.Outcome(0, "0\n"));
      }
      assertThat(place).isEmptyDirectory();
    } finally {
      for (ChildProcess child : children) {
        child.close();
      }
    }
  }

  @Test
  void processesThatStartTogetherKeepTheirFolders() throws Exception {
    startTogether(4, 100);
  }

  @Tag("nightly")
  @Test
  void processesThatStartTogetherKeepTheirFoldersInALongRun() throws Exception {
    startTogether(4, 1000);
  }

  /** Prints the path of a file of a jar twice. */
  static final class Copies {
    public static void main(String[] arguments) {
      System.out.println(EmbeddedFiles.file("datasets/x.zip"));
      System.out.println(EmbeddedFiles.file("datasets/x.zip"));
    }
  }

  @Test
  void aFileOfAJarIsCopiedOnceForAProcess() throws Exception {
    Path jar = parent.resolve("embedded.jar");
    try (OutputStream out = Files.newOutputStream(jar);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("org/kgcoop/embedded/datasets/x.zip"));
      zip.write(7);
    }
    Path temporary = Files.createDirectory(parent.resolve("temporary"));
    ChildProcess.Outcome outcome =
        ChildProcess.run(
            parent.resolve("log.txt"),
            List.of(
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                jar + File.pathSeparator + System.getProperty("java.class.path")),
            Copies.class);
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    List<String> lines = outcome.output().lines().toList();

    assertThat(lines).hasSize(2);
    assertThat(lines.get(1)).isEqualTo(lines.get(0)).startsWith(temporary.toString());
    assertThat(temporary).isEmptyDirectory();
  }
}
