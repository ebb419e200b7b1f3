package org.kgcoop.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
  void whatAKilledProcessHasLeftIsDeletedByTheNext() throws IOException {
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

  @Test
  void aRunningProcessKeepsItsFolder() throws Exception {
    Path folder = Files.createDirectory(parent.resolve(".x-running"));
    Path lock = Files.createFile(parent.resolve(".x-running.lock"));
    Path main =
        Files.writeString(
            Files.createDirectory(parent.resolve("source")).resolve("Holder.java"),
            """
            public class Holder {
              public static void main(String[] arguments) throws Exception {
                var channel = java.nio.channels.FileChannel.open(
                    java.nio.file.Path.of(arguments[0]), java.nio.file.StandardOpenOption.WRITE);
                channel.lock();
                System.out.println("locked");
                System.in.read();
              }
            }
            """);
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process holder = new ProcessBuilder(java, main.toString(), lock.toString()).start();
    try {
      assertThat(holder.inputReader().readLine()).isEqualTo("locked");
      ScratchFolder.in(parent, ".x-").close();
      assertThat(folder).isDirectory();
    } finally {
      holder.destroyForcibly().waitFor();
    }
    ScratchFolder.in(parent, ".x-").close();
    assertThat(folder).doesNotExist();
  }

  @Test
  void aFileOfAJarIsCopiedOnceForAProcess() throws Exception {
    Path jar = parent.resolve("embedded.jar");
    try (OutputStream out = Files.newOutputStream(jar);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("org/kgcoop/embedded/datasets/x.zip"));
      zip.write(7);
    }
    Path main =
        Files.writeString(
            Files.createDirectory(parent.resolve("source")).resolve("Copies.java"),
            """
            public class Copies {
              public static void main(String[] arguments) throws Exception {
                System.out.println(org.kgcoop.files.EmbeddedFiles.file("datasets/x.zip"));
                System.out.println(org.kgcoop.files.EmbeddedFiles.file("datasets/x.zip"));
              }
            }
            """);
    Path temporary = Files.createDirectory(parent.resolve("temporary"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                jar + java.io.File.pathSeparator + System.getProperty("java.class.path"),
                main.toString())
            .redirectErrorStream(true)
            .start();
    List<String> lines = process.inputReader().lines().toList();
    assertThat(process.waitFor()).as(lines.toString()).isZero();

    assertThat(lines).hasSize(2);
    assertThat(lines.get(1)).isEqualTo(lines.get(0)).startsWith(temporary.toString());
    assertThat(temporary).isEmptyDirectory();
  }
}
