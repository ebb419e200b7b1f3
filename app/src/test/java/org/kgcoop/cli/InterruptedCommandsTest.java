package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ctrl-C ends every command with exit code 130 and at most one line, at any moment. The embedded
 * files are in a jar, as in an archive of a release, so that commands work with copies of them.
 */
@Tag("system")
@DisabledOnOs(OS.WINDOWS)
class InterruptedCommandsTest {
  private static final int MOMENTS = Integer.getInteger("moments", 9);
  private static final String RESUMES = "run the same command again to resume";

  /** Longer than a stop takes, and shorter than a download waits for a silent server. */
  private static final long LONGEST_STOP_SECONDS = 25;

  @TempDir static Path shared;

  private static String classPath;

  @TempDir Path folder;

  @BeforeAll
  static void prepare() throws IOException {
    Path jar = shared.resolve("embedded.jar");
    List<String> path = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path root = Path.of(entry);
      boolean isEmbedded = Files.isDirectory(root.resolve("org/kgcoop/embedded/clip"));
      path.add(isEmbedded ? pack(root, jar).toString() : entry);
    }
    classPath = String.join(File.pathSeparator, path);
    SampleDrawings.copyTo(shared.resolve("drawings"), 4);
    Files.createDirectory(shared.resolve("unsorted"));
    StringBuilder labels = new StringBuilder("image,class\n");
    for (Path drawing : files(shared.resolve("drawings")).toList()) {
      String className = drawing.getParent().getFileName().toString();
      String image = className + "-" + drawing.getFileName();
      Files.copy(drawing, shared.resolve("unsorted").resolve(image));
      labels.append(image).append(',').append(className).append('\n');
    }
    Files.writeString(shared.resolve("labels.csv"), labels);
  }

  private static Path pack(Path root, Path jar) throws IOException {
    URI uri = URI.create("jar:" + jar.toUri());
    try (FileSystem zip = FileSystems.newFileSystem(uri, Map.of("create", "true"))) {
      for (Path file : files(root).toList()) {
        Path to = zip.getPath("/" + root.relativize(file));
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
      }
    }
    return jar;
  }

  private static Stream<Path> files(Path below) throws IOException {
    try (Stream<Path> all = Files.walk(below)) {
      return all.filter(Files::isRegularFile).sorted().toList().stream();
    }
  }

  private ChildProcess start(Path log, String command) throws IOException {
    List<String> environment =
        List.of(
            "env",
            "XDG_CACHE_HOME=" + folder.resolve("cache"),
            "JDK_JAVA_OPTIONS=-Djava.io.tmpdir=" + folder);
    Object[] words =
        Arrays.stream(command.split(" ", -1))
            .map(word -> word.replace("SHARED", "" + shared).replace("OUT", "" + folder))
            .toArray();
    return ChildProcess.start(classPath, environment, log, words);
  }

  /** Checks the end of an interrupted process. 0 if it had already done everything. */
  private static void check(ChildProcess process, String command, boolean resumes)
      throws IOException, InterruptedException {
    String name = command + ": " + process.log();
    assertThat(process.endsWithin(TimeUnit.SECONDS.toMillis(LONGEST_STOP_SECONDS)))
        .as(name)
        .isTrue();
    List<String> said = process.log().lines().filter(line -> line.startsWith("kgcoop: ")).toList();
    assertThat(process.exitCode()).as(name).isEqualTo(130);
    assertThat(process.log()).as(name).doesNotContain("Exception", "\tat ");
    assertThat(said)
        .as(name)
        .allMatch(line -> line.contains("interrupted") || line.contains("stopping"));
    if (resumes && said.stream().anyMatch(line -> line.contains("interrupted"))) {
      assertThat(said.get(said.size() - 1)).as(name).contains(RESUMES);
    }
  }

  @Test
  void aDownloadEndsAtOnceThoughTheServerIsSilent() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Path log = folder.resolve("log.txt");
      List<String> environment =
          List.of(
              "env",
              "XDG_CACHE_HOME=" + folder.resolve("cache"),
              "HF_ENDPOINT=http://127.0.0.1:" + silent.getLocalPort());
      ChildProcess process =
          ChildProcess.start(classPath, environment, log, "download", "hf:owner/name");
      silent.setSoTimeout((int) TimeUnit.MINUTES.toMillis(2));
      try (OutputStream unused = silent.accept().getOutputStream()) {
        long begun = System.nanoTime();
        assertThat(process.interrupt()).isEqualTo(130);
        assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(15));
      }
      check(process, "download", true);
      assertThat(process.log()).contains("kgcoop: interrupted; " + RESUMES);
    }
  }

  /** It is interrupted when the first embedded file has been copied, before the last is read. */
  @Test
  void aStartIsInterruptedWithoutAnErrorAboutTheEmbeddedFiles() throws Exception {
    String command = "predict SHARED/drawings --classes bell,owl --format csv";
    ChildProcess process = start(folder.resolve("log.txt"), command);
    process.makes(folder, "kgcoop-*/clip/*");
    int unused = process.interrupt();
    check(process, command, false);
  }

  @ParameterizedTest
  @Tag("nightly")
  @ValueSource(
      strings = {
        "predict SHARED/drawings --classes bell,owl,key --format csv",
        "predict SHARED/drawings --classes bell,owl,key --sort-into OUT/sorted",
        "adapt SHARED/drawings --out OUT/adapted --minutes 1",
        "base2new --data embedded:places --shots 1 --seeds 1 --epochs 1 --out OUT/table",
        "train --data SHARED/drawings --shots 2 --epochs 3 --out OUT/run",
        "eval --data embedded:places --feature-cache OUT/features",
        "embed SHARED/drawings --out OUT/features.npy --overwrite",
        "search SHARED/drawings bell",
        "label SHARED/unsorted --simulate SHARED/labels.csv --out OUT/session",
        "export --classes bell,owl --to onnx --out OUT/classifier.onnx --overwrite",
        "inspect embedded:places"
      })
  void everyCommandEndsWithOneLine(String command) throws Exception {
    Path log = folder.resolve("log.txt");
    Files.createDirectory(folder.resolve("calm"));
    long begun = System.nanoTime();
    ChildProcess calm = start(log, command.replace("OUT", "OUT/calm"));
    if (calm.endsWithin(TimeUnit.SECONDS.toMillis(60))) {
      assertThat(calm.exitCode()).as(calm.log()).isZero();
    }
    long length = millisecondsSince(begun);
    calm.kill();

    boolean resumes = command.matches("(adapt|base2new|train|label) .*");
    Random random = new Random(command.hashCode());
    int interrupted = 0;
    int silent = 0;
    for (int i = 0; i < MOMENTS; i++) {
      Files.createDirectory(folder.resolve("" + i));
      begun = System.nanoTime();
      ChildProcess process = start(log, command.replace("OUT", "OUT/" + i));
      if (process.endsWithin(random.nextLong(length))) {
        assertThat(process.exitCode()).as(process.log()).isZero();
        length = Math.min(length, millisecondsSince(begun)); // with what the runs before kept
        continue;
      }
      int exitCode = process.interrupt();
      if (exitCode != 0) { // 0: it ended before the signal came
        check(process, command, resumes);
        interrupted++;
        silent += process.log().contains("interrupted") ? 0 : 1;
      }
    }
    System.out.printf(
        "%s: %s ms, %s interrupted, %s of them without a line%n",
        command, length, interrupted, silent);
    assertThat(interrupted).as(command).isPositive();
  }

  private static long millisecondsSince(long nanoTime) {
    return Math.max(1, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanoTime));
  }
}
