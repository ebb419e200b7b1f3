package org.kgcoop.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.Version;

/**
 * Tests of the archive of {@code -Prelease}: its content, and runs of it. It is unpacked in a
 * folder with a space and an umlaut.
 */
@Tag("system")
class ArchivesTest {
  private static final String TOP = "kgcoop-" + Version.KGCOOP;
  private static final Pattern NATIVE =
      Pattern.compile("lib/(\\w+)-.*-((linux|macosx|windows)-(x86_64|arm64))\\.jar");

  /** A relative link of a Markdown page, without its anchor. */
  private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|#)([^)#\\s]+)");

  /**
   * Modules that libraries mention and this program does not use: types of annotations, and parts
   * of Jetty for transactions and for agents.
   */
  private static final Set<String> UNUSED_MODULES =
      Set.of("java.compiler", "java.instrument", "java.rmi");

  /**
   * Calls of each command, with results and with errors. Lines of progress, which contain times,
   * are switched off.
   */
  private static final List<String> CALLS =
      """
      --version

      --help
      help method kgcoop
      nonsense
      predict
      predict none.jpg --classes a,b
      predict drawing.png --classes a,b --wrong
      predict drawing.png --classes cat,house,umbrella --json
      predict photos --classes cat,umbrella --out predicted.csv
      inspect photos --json
      inspect nowhere
      download
      demo --help
      train --data embedded:places --method kgcoop --shots 1 --epochs 1 --out runs/trained --quiet
      eval runs/trained --data embedded:places --quiet
      predict runs/trained drawing.png
      embed photos --out features.npy --quiet
      embed photos --out features.parquet --quiet
      search photos "a drawing" --top 2 --quiet
      export runs/trained --to onnx --out model.onnx --quiet
      adapt photos --help
      base2new --data embedded:places --methods clip --shots 1 --out runs/table --quiet
      fewshot --help
      cross --help
      domain --help
      runs table runs/table
      report runs/table --out report.html --quiet
      report runs/none
      serve nowhere
      label nowhere --no-browser
      bench text
      """
          .lines()
          .toList();

  private static final Pattern WORD = Pattern.compile("\"[^\"]*\"|\\S+");

  /** The end of a process. */
  private record Outcome(int exitCode, String out, String err) {}

  @TempDir static Path temporary;

  /** The folder of the unpacked archive. */
  private static Path home;

  @BeforeAll
  static void unpack() throws IOException, InterruptedException {
    List<Path> archives;
    try (Stream<Path> files = Files.list(Path.of("target/archives"))) {
      archives = files.filter(file -> file.toString().matches(".*\\.(tar\\.gz|zip)")).toList();
    }
    assertThat(archives).hasSize(1);
    Path folder = Files.createDirectories(temporary.resolve("with space/\u00e4"));
    // Also the tar of Windows reads zip files.
    Outcome unpacked =
        run(folder, "", List.of("tar", "xf", archives.get(0).toAbsolutePath().toString()));
    assertThat(unpacked.exitCode()).as(unpacked.err()).isZero();
    home = folder.resolve(TOP);
  }

  /** Returns the relative names of all files. */
  private static List<String> files() throws IOException {
    try (Stream<Path> files = Files.walk(home)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> home.relativize(file).toString().replace('\\', '/'))
          .toList();
    }
  }

  @Test
  void containsTheNativeLibrariesOfItsPlatform() throws IOException {
    List<MatchResult> jars =
        files().stream().flatMap(file -> NATIVE.matcher(file).results()).toList();
    assertThat(jars)
        .extracting(jar -> jar.group(1))
        .containsExactlyInAnyOrder("javacpp", "leptonica", "openblas", "pytorch");
    assertThat(jars).extracting(jar -> jar.group(2)).containsOnly(Loader.getPlatform());
  }

  @Test
  void containsTheProgramItsLicensesAndItsDocuments() throws IOException {
    List<String> files = files();
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
            "runtime/legal/java.base/LICENSE",
            "share/kgcoop.bash");
    for (String module : List.of("app", "core", "train", "label", "embedded", "parquet")) {
      assertThat(files).contains("lib/kgcoop-%s-%s.jar".formatted(module, Version.KGCOOP));
    }
    assertThat(files).allMatch(name -> name.matches("(lib|runtime)/.*") || !name.endsWith(".jar"));
  }

  /** A library that needs another module would fail when it is used. */
  @Test
  void itsJavaHasTheModulesThatLibrariesUse() throws IOException {
    Path classes = Files.createDirectory(temporary.resolve("classes"));
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(home.resolve("lib"), "*.jar")) {
      for (Path jar : jars) {
        unpackClasses(jar, classes);
      }
    }
    StringWriter out = new StringWriter();
    int exitCode =
        ToolProvider.findFirst("jdeps")
            .orElseThrow()
            .run(
                new PrintWriter(out),
                new PrintWriter(out),
                "--ignore-missing-deps",
                "--list-deps",
                classes.toString());
    assertThat(exitCode).as(out.toString()).isZero();
    Set<String> used =
        out.toString()
            .lines()
            .map(line -> line.strip().replaceFirst("/.*", ""))
            .filter(line -> line.startsWith("java.") || line.startsWith("jdk."))
            .filter(module -> !UNUSED_MODULES.contains(module))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(used).contains("java.base", "java.desktop", "java.net.http");
    String release = Files.readString(home.resolve("runtime/release"), StandardCharsets.UTF_8);
    String modules = release.replaceFirst("(?s).*MODULES=\"([^\"]*)\".*", "$1");
    assertThat(modules.split(" ", -1)).containsAll(used);
  }

  private static void unpackClasses(Path jar, Path folder) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        String name = entry.getName();
        if (name.endsWith(".class") && !name.startsWith("META-INF/") && !name.contains("-info")) {
          Path file = folder.resolve(name).normalize();
          assertThat(file.startsWith(folder)).isTrue();
          Path unusedFolder = Files.createDirectories(file.resolve("..").normalize());
          try (InputStream in = zip.getInputStream(entry)) {
            long unusedSize = Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
          }
        }
      }
    }
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

  /** The JDK of this build has all modules. */
  @Test
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void eachCommandPrintsTheSameWithItsOwnJava() throws IOException, InterruptedException {
    Path java = home.resolve("runtime");
    Path away = home.resolveSibling("runtime");
    List<String> own = runAll("own");
    Files.move(java, away);
    try {
      assertThat(runAll("jdk")).isEqualTo(own);
    } finally {
      Files.move(away, java);
    }
    assertThat(own.get(0))
        .contains("kgcoop " + Version.KGCOOP + " (commit " + Version.COMMIT + ")");
    assertThat(own.get(CALLS.indexOf("predict runs/trained drawing.png"))).contains("exit code 0");
  }

  /** Runs all commands in a new folder, and returns what each printed. */
  private static List<String> runAll(String name) throws IOException, InterruptedException {
    Path folder = temporary.resolve(name);
    Path photos = Files.createDirectories(folder.resolve("photos"));
    Path drawing = home.resolve("docs/drawing.png");
    Path unused = Files.copy(drawing, folder.resolve("drawing.png"));
    for (String copy : List.of("a.png", "\u00e4.png")) {
      unused = Files.copy(drawing, photos.resolve(copy));
    }
    boolean isWindows = File.separatorChar == '\\';
    String launcher = home.resolve(isWindows ? "kgcoop.cmd" : "kgcoop").toString();
    List<String> printed = new ArrayList<>();
    for (String call : CALLS) {
      List<String> command = new ArrayList<>(List.of(launcher));
      WORD.matcher(call).results().forEach(word -> command.add(word.group().replace("\"", "")));
      Outcome outcome = run(folder, System.getProperty("java.home"), command);
      String errors =
          outcome
              .err()
              .lines()
              .filter(line -> !line.startsWith("kgcoop: storing classes"))
              .collect(Collectors.joining("\n"));
      printed.add(
          "%s: exit code %d%n%s%n%s"
              .formatted(call, outcome.exitCode(), outcome.out(), errors)
              .replaceAll("[\\d.]+ ms per image", "some ms per image")
              .replace(folder.toRealPath().toString(), "FOLDER"));
    }
    return printed;
  }

  private static Outcome run(Path folder, String java, List<String> command)
      throws IOException, InterruptedException {
    Path out = temporary.resolve("out");
    Path err = temporary.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("JAVA_HOME", java);
    builder.environment().put("XDG_CACHE_HOME", folder.resolve("cache").toString());
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Outcome(
        process.exitValue(),
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }
}
