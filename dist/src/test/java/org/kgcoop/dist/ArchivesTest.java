package org.kgcoop.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.Version;

/** Tests of the archives of {@code -Prelease}: their content, and a run of the one for Linux. */
@Tag("system")
class ArchivesTest {
  private static final Path FOLDER = Path.of("target/archives");
  private static final String TOP = "kgcoop-" + Version.KGCOOP;
  private static final Pattern PLATFORM =
      Pattern.compile("-(linux|macosx|windows)-(x86_64|arm64)\\.jar$");

  /** A relative link of a Markdown page, without its anchor. */
  private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|#)([^)#\\s]+)");

  @TempDir static Path unpacked;

  /** The folder of the Linux archive. */
  private static Path home;

  @BeforeAll
  static void unpack() throws IOException {
    home = unpacked.resolve(TOP);
    try (TarArchiveInputStream tar = tar(FOLDER.resolve(TOP + "-linux-x86_64.tar.gz"))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        if (entry.isDirectory()) {
          continue;
        }
        Path file = unpacked.resolve(entry.getName());
        Path folder = Files.createDirectories(file.resolve("..").normalize());
        long unusedSize = Files.copy(tar, folder.resolve(file.getFileName()));
        if ((entry.getMode() & 0100) != 0) {
          Path unused =
              Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
      }
    }
  }

  private static TarArchiveInputStream tar(Path archive) throws IOException {
    return new TarArchiveInputStream(new GZIPInputStream(Files.newInputStream(archive)));
  }

  /** Returns the file names of an archive without its folder. */
  private static List<String> files(Path archive) throws IOException {
    List<String> files = new ArrayList<>();
    try (TarArchiveInputStream tar = tar(archive)) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        assertThat(entry.getName()).startsWith(TOP + "/");
        if (entry.isFile()) {
          files.add(entry.getName().substring(TOP.length() + 1));
        }
      }
    }
    return files;
  }

  /** Returns the archives, which {@code .ci/release} builds for all platforms. */
  static List<Path> archives() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".tar.gz")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("archives")
  void containsTheNativeLibrariesOfItsPlatform(Path archive) throws IOException {
    String platform =
        archive.getFileName().toString().replaceAll(".*-([^-]+-[^-]+)\\.tar\\.gz", "$1");
    List<String> jars =
        files(archive).stream().filter(file -> PLATFORM.matcher(file).find()).toList();
    assertThat(jars).hasSize(3).allMatch(jar -> jar.endsWith(platform + ".jar"));
  }

  @ParameterizedTest
  @MethodSource("archives")
  void containsTheProgramItsLicensesAndItsDocuments(Path archive) throws IOException {
    List<String> files = files(archive);
    assertThat(files)
        .contains(
            "kgcoop",
            "kgcoop.cmd",
            "jvm.options",
            "LICENSE",
            "NOTICE",
            "THIRD-PARTY.txt",
            "sbom.cdx.json",
            "README.md",
            "CHANGELOG.md",
            "CITATION.cff",
            "docs/README.md",
            "docs/how-to/production/nginx.conf",
            "share/kgcoop.bash");
    for (String module : List.of("app", "core", "train", "label", "embedded", "parquet")) {
      assertThat(files).contains("lib/kgcoop-%s-%s.jar".formatted(module, Version.KGCOOP));
    }
    assertThat(files).allMatch(name -> name.startsWith("lib/") || !name.endsWith(".jar"));
  }

  /** The documents of an archive have no other home: a reader may have no checkout. */
  @Test
  void resolvesEachLinkOfItsDocuments() throws IOException {
    List<String> dead = new ArrayList<>();
    int links = 0;
    try (Stream<Path> files = Files.walk(home)) {
      for (Path page : files.filter(file -> file.toString().endsWith(".md")).toList()) {
        Matcher link = LINK.matcher(Files.readString(page).replaceAll("(?s)```.*?```", ""));
        while (link.find()) {
          links++;
          if (!Files.exists(page.resolveSibling(link.group(1)))) {
            dead.add(home.relativize(page) + " -> " + link.group(1));
          }
        }
      }
    }
    assertThat(dead).isEmpty();
    assertThat(links).isGreaterThan(100);
  }

  /** Both lists name each library of the archive. */
  @Test
  void namesEachLibraryInTheSbomAndTheLicenses() throws IOException {
    String sbom = Files.readString(home.resolve("sbom.cdx.json"), StandardCharsets.UTF_8);
    String licenses = Files.readString(home.resolve("THIRD-PARTY.txt"), StandardCharsets.UTF_8);
    assertThat(sbom).contains("CycloneDX", "\"version\" : \"" + Version.KGCOOP + "\"");
    assertThat(licenses).doesNotContain("Unknown license", "org.kgcoop:");
    Pattern numbered = Pattern.compile("(.+?)-(\\d.*?)(-linux-x86_64)?\\.jar");
    try (Stream<Path> jars = Files.list(home.resolve("lib"))) {
      jars.map(jar -> jar.getFileName().toString())
          .filter(jar -> !jar.startsWith("kgcoop-"))
          .map(numbered::matcher)
          .filter(Matcher::matches)
          .forEach(
              jar -> {
                assertThat(sbom).contains("/" + jar.group(1) + "@" + jar.group(2) + "?");
                assertThat(licenses).contains(":" + jar.group(1) + ":" + jar.group(2) + " ");
              });
    }
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void runsTheLinuxArchive() throws IOException, InterruptedException {
    assertThat(run("--version"))
        .isEqualTo("kgcoop " + Version.KGCOOP + " (commit " + Version.COMMIT + ")\n");
    assertThat(run("predict", "docs/drawing.png", "--classes", "cat,house,umbrella"))
        .contains("umbrella");
  }

  private static String run(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("./kgcoop"));
    command.addAll(List.of(words));
    Path out = unpacked.resolve("out");
    Path err = unpacked.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(home.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("XDG_CACHE_HOME", unpacked.resolve("cache").toString());
    Process process = builder.start();
    try {
      assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(() -> text(err)).isZero();
    return text(out);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
