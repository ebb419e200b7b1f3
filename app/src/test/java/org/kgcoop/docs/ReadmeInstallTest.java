package org.kgcoop.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.Version;
import org.kgcoop.cli.ChildProcess;

/**
 * Runs the lines of the README that download, check and start an archive, literally but for the
 * host. The archive is a small one, whose program prints its arguments.
 */
@Tag("system")
class ReadmeInstallTest {
  private static final String HOST = "https://github.com";
  private static final String DOWNLOADS =
      "/kgcoop/kgcoop/releases/download/v" + Version.KGCOOP + "/";
  private static final String TOP = "kgcoop-" + Version.KGCOOP;

  @TempDir Path folder;

  /** The files of the server, by their paths. */
  private final Map<String, byte[]> files = new TreeMap<>();

  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] file = files.get(exchange.getRequestURI().getPath());
          exchange.sendResponseHeaders(file == null ? 404 : 200, file == null ? -1 : file.length);
          try (exchange) {
            if (file != null) {
              exchange.getResponseBody().write(file);
            }
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  /** Returns the code block that downloads this file. */
  private static String lines(String file) throws IOException {
    String readme = Files.readString(MarkdownPage.TOP.resolve("README.md"));
    int address = readme.indexOf(HOST + DOWNLOADS + file);
    assertThat(address).as(file).isPositive();
    int start = readme.indexOf('\n', readme.lastIndexOf("```", address)) + 1;
    return readme.substring(start, readme.indexOf("```", start));
  }

  private static byte[] archive() throws IOException {
    byte[] program = "#!/bin/sh\necho started with \"$@\"\n".getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(new GzipCompressorOutputStream(bytes))) {
      TarArchiveEntry entry = new TarArchiveEntry(TOP + "/kgcoop");
      entry.setMode(0100755);
      entry.setSize(program.length);
      tar.putArchiveEntry(entry);
      tar.write(program);
      tar.closeArchiveEntry();
    }
    return bytes.toByteArray();
  }

  /** Serves an archive and its checksum, in the form that the build writes. */
  private void publish(String name, byte[] archive) throws Exception {
    byte[] sum = MessageDigest.getInstance("SHA-256").digest(archive);
    files.put(DOWNLOADS + name, archive);
    files.put(
        DOWNLOADS + name + ".sha256",
        (HexFormat.of().formatHex(sum) + "  " + name).getBytes(StandardCharsets.UTF_8));
  }

  /** Runs the lines as if they were pasted into a shell, and returns the exit code. */
  private int paste(String lines) throws Exception {
    String here = "http://localhost:" + server.getAddress().getPort();
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", lines.replace(HOST, here))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("said").toFile());
    builder.environment().put("no_proxy", "localhost");
    return ChildProcess.run(builder);
  }

  private String said() throws IOException {
    return Files.readString(folder.resolve("said"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"linux-x86_64", "macos-arm64"})
  @DisabledOnOs(OS.WINDOWS)
  void downloadsChecksAndStarts(String platform) throws Exception {
    String name = TOP + "-" + platform + ".tar.gz";
    publish(name, archive());
    assertThat(paste(lines(name))).as(this::text).isZero();
    assertThat(said()).contains(name + ": OK", "started with label --try");
  }

  @ParameterizedTest
  @ValueSource(strings = {"linux-x86_64", "macos-arm64"})
  @DisabledOnOs(OS.WINDOWS)
  void startsNothingThatWasDamagedOnItsWay(String platform) throws Exception {
    String name = TOP + "-" + platform + ".tar.gz";
    publish(name, archive());
    byte[] other = archive();
    other[4] ^= 1; // the time in the header, so that it can be unpacked
    files.put(DOWNLOADS + name, other);
    assertThat(paste(lines(name))).isNotZero();
    assertThat(said()).contains("FAILED").doesNotContain("started");
    assertThat(folder.resolve(TOP)).doesNotExist();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void startsNothingIfThereIsNoSuchVersion() throws Exception {
    assertThat(paste(lines(TOP + "-linux-x86_64.tar.gz"))).isNotZero();
    assertThat(said()).contains("404").doesNotContain("started");
  }

  /** No PowerShell runs here. */
  @Test
  void namesTheSameFileInEachLineForWindows() throws IOException {
    String name = TOP + "-windows-x86_64.zip";
    String lines = lines(name);
    assertThat(lines.replace(name, "").replace("cd " + TOP, ""))
        .contains("Get-FileHash", "tar -xf ", ".\\kgcoop.cmd label --try")
        .doesNotContain(TOP);
  }

  private String text() {
    try {
      return said();
    } catch (IOException e) {
      return e.toString();
    }
  }
}
