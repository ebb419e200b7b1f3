package org.kgcoop.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kgcoop.Version;

/** Tests of the archives of {@code -Prelease}: their content, and a run of one of them. */
@Tag("system")
class ArchivesTest {
  private static final Path FOLDER = Path.of("target/archives");
  private static final String TOP = "kgcoop-" + Version.KGCOOP;
  private static final Pattern NATIVE =
      Pattern.compile(".*\\.(so|dll|dylib|jnilib|a)(\\.[0-9.]+)?");

  /** A platform, with the name of its archive and the folders of its native libraries in jars. */
  private enum Platform {
    LINUX("linux-x86_64.tar.gz", "linux-x86_64", "linux/(x86_64|amd64)"),
    MAC_ARM("macos-arm64.tar.gz", "macosx-arm64", "(mac|darwin)/(arm64|aarch64)"),
    MAC_INTEL("macos-x86_64.tar.gz", "macosx-x86_64", "(mac|darwin)/x86_64"),
    WINDOWS("windows-x86_64.zip", "windows-x86_64", "(windows|win)/(x86_64|amd64)");

    private final String ending;
    private final String javacpp;
    private final Pattern folder;

    Platform(String ending, String javacpp, String folder) {
      this.ending = ending;
      this.javacpp = javacpp;
      this.folder =
          Pattern.compile("(.*/)?(" + folder + "|" + javacpp + ")/.*", Pattern.CASE_INSENSITIVE);
    }

    private Path archive() {
      return FOLDER.resolve(TOP + "-" + ending);
    }
  }

  @TempDir static Path unpacked;

  /** The folder of the Linux archive. */
  private static Path home;

  @BeforeAll
  static void unpack() throws IOException {
    home = unpacked.resolve(TOP);
    try (TarArchiveInputStream tar = tar(Platform.LINUX.archive())) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
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

  /** The file names of an archive without its folder, and the native libraries of its jars. */
  private record Content(TreeSet<String> files, TreeMap<String, List<String>> natives) {
    void add(String path, InputStream in) throws IOException {
      assertThat(path).startsWith(TOP + "/");
      String name = path.substring(TOP.length() + 1);
      files.add(name);
      if (name.endsWith(".jar")) {
        List<String> found = nativesOf(in);
        if (!found.isEmpty()) {
          natives.put(name.replaceFirst("^lib/", ""), found);
        }
      }
    }
  }

  private static Content content(Platform platform) throws IOException {
    Content content = new Content(new TreeSet<>(), new TreeMap<>());
    Path archive = platform.archive();
    if (platform == Platform.WINDOWS) {
      try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(archive))) {
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
          content.add(entry.getName(), new ByteArrayInputStream(zip.readAllBytes()));
        }
      }
    } else {
      try (TarArchiveInputStream tar = tar(archive)) {
        for (TarArchiveEntry entry = tar.getNextEntry();
            entry != null;
            entry = tar.getNextEntry()) {
          content.add(entry.getName(), new ByteArrayInputStream(tar.readAllBytes()));
        }
      }
    }
    return content;
  }

  private static List<String> nativesOf(InputStream jar) throws IOException {
    List<String> found = new ArrayList<>();
    try (ZipInputStream zip = new ZipInputStream(jar)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (NATIVE.matcher(entry.getName()).matches()) {
          found.add(entry.getName());
        }
      }
    }
    return found;
  }

  @ParameterizedTest
  @EnumSource
  void anArchiveHoldsTheNativesOfItsPlatformAlone(Platform platform) throws IOException {
    Map<String, List<String>> natives = content(platform).natives();
    natives.forEach(
        (jar, names) ->
            assertThat(names).as(jar).allMatch(name -> platform.folder.matcher(name).matches()));
    assertThat(natives.keySet())
        .anyMatch(jar -> jar.matches("pytorch-.*-" + platform.javacpp + "\\.jar"))
        .anyMatch(jar -> jar.matches("openblas-.*-" + platform.javacpp + "\\.jar"))
        .anyMatch(jar -> jar.matches("javacpp-.*-" + platform.javacpp + "\\.jar"))
        .contains("jline-native.jar", "snappy-java.jar", "webp-imageio.jar", "zstd-jni.jar")
        .hasSize(7);
  }

  @ParameterizedTest
  @EnumSource
  void anArchiveHoldsTheProgramItsLicensesAndItsDocuments(Platform platform) throws IOException {
    TreeSet<String> files = content(platform).files();
    boolean windows = platform == Platform.WINDOWS;
    assertThat(files)
        .contains(
            windows ? "kgcoop.cmd" : "kgcoop",
            "jvm.options",
            "lib/kgcoop-app.jar",
            "lib/kgcoop-core.jar",
            "lib/kgcoop-embedded.jar",
            "lib/kgcoop-parquet.jar",
            "LICENSE",
            "NOTICE",
            "THIRD-PARTY.txt",
            "sbom.cdx.json",
            "README.md",
            "CHANGELOG.md",
            "CITATION.cff",
            "share/kgcoop.bash",
            "share/man/man1/kgcoop.1")
        .doesNotContain(windows ? "kgcoop" : "kgcoop.cmd");
    assertThat(files).allMatch(name -> name.startsWith("lib/") || !name.endsWith(".jar"));
  }

  /** The test also checks that {@code sha256sum -c} finds the files. */
  @Test
  void eachFileHasItsSha256BesideIt() throws IOException, NoSuchAlgorithmException {
    List<Path> files;
    try (Stream<Path> found = Files.list(FOLDER)) {
      files = found.filter(file -> !file.toString().endsWith(".sha256")).sorted().toList();
    }
    assertThat(files).hasSize(Platform.values().length + 2); // the SBOM and the licenses
    for (Path file : files) {
      String line = Files.readString(Path.of(file + ".sha256"), StandardCharsets.UTF_8).strip();
      assertThat(line).isEqualTo(sha256(file) + " *" + file.getFileName());
    }
  }

  private static String sha256(Path file) throws IOException, NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Both lists name each library of the archive. */
  @Test
  void theSbomAndTheLicensesNameEachLibrary() throws IOException {
    String sbom = Files.readString(home.resolve("sbom.cdx.json"), StandardCharsets.UTF_8);
    String licenses = Files.readString(home.resolve("THIRD-PARTY.txt"), StandardCharsets.UTF_8);
    assertThat(sbom).contains("CycloneDX", "\"version\" : \"" + Version.KGCOOP + "\"");
    assertThat(licenses).doesNotContain("Unknown license", "org.kgcoop:");
    Pattern numbered = Pattern.compile("(.+?)-(\\d.*?)(-linux-x86_64)?\\.jar");
    try (Stream<Path> jars = Files.list(home.resolve("lib"))) {
      jars.map(jar -> numbered.matcher(jar.getFileName().toString()))
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
  void theLinuxArchiveRuns() throws IOException, InterruptedException {
    assertThat(run("--version"))
        .isEqualTo("kgcoop " + Version.KGCOOP + " (commit " + Version.COMMIT + ")\n");
    assertThat(run("predict", "drawing.png", "--classes", "cat,house,umbrella"))
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
