package org.kgcoop.central;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarInputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of the bundle of {@code -Prelease}, as the validator of Maven Central checks it. */
@Tag("system")
class BundleTest {
  private static final List<String> LIBRARIES =
      List.of("core", "train", "label", "embedded", "parquet", "langchain4j");
  private static final List<String> PLATFORMS =
      List.of("linux-x86_64", "macosx-arm64", "macosx-x86_64", "windows-x86_64");

  private static Bundle bundle;
  private static String version;

  @BeforeAll
  static void read() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("target"))) {
      List<Path> zips = files.filter(file -> file.toString().endsWith("-bundle.zip")).toList();
      assertThat(zips).hasSize(1);
      version = zips.get(0).getFileName().toString().replaceAll("kgcoop-(.*)-bundle\\.zip", "$1");
      bundle = Bundle.read(zips.get(0));
    }
  }

  /** Returns the path of a file without its version and ending. */
  private static String path(String module, String ending) {
    return "org/kgcoop/kgcoop-%1$s/%2$s/kgcoop-%1$s-%2$s%3$s".formatted(module, version, ending);
  }

  @Test
  void hasNoFault() {
    boolean signed = !Boolean.parseBoolean(System.getProperty("gpg.skip"));
    assertThat(bundle.faults(signed)).isEmpty();
  }

  @Test
  void containsTheLibrariesAndOnePomForEachPlatform() {
    assertThat(bundle.poms())
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(
                    LIBRARIES.stream(), PLATFORMS.stream().map(platform -> "natives-" + platform))
                .map(module -> path(module, ".pom"))
                .toList());
  }

  /** A program on another platform must get the libraries that it named. */
  @Test
  void namesTheNativeLibrariesOfEachPlatform() {
    for (String platform : PLATFORMS) {
      String pom = bundle.content(path("natives-" + platform, ".pom"));
      assertThat(pom.split("<classifier>" + platform + "</classifier>", -1)).hasSize(1 + 4);
      assertThat(pom.split("<classifier>", -1)).hasSize(1 + 4);
      assertThat(pom)
          .contains("<artifactId>kgcoop-core</artifactId>")
          .doesNotContain("<scope>test");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"core", "train", "label", "parquet", "langchain4j"})
  void hasSourcesAndJavadocOfTheCode(String library) throws IOException {
    assertThat(names(path(library, "-sources.jar"))).anyMatch(name -> name.endsWith(".java"));
    assertThat(names(path(library, "-javadoc.jar"))).contains("index.html");
    assertThat(names(path(library, ".jar"))).anyMatch(name -> name.endsWith(".class"));
  }

  @Test
  void namesTheCommitInEachJar() throws IOException {
    for (String library : LIBRARIES) {
      try (JarInputStream jar = jar(path(library, ".jar"))) {
        Manifest manifest = jar.getManifest();
        assertThat(manifest.getMainAttributes().getValue("Implementation-Version"))
            .isEqualTo(version);
        assertThat(manifest.getMainAttributes().getValue("Implementation-Commit"))
            .matches("[0-9a-f]{40}");
      }
    }
  }

  private static JarInputStream jar(String path) throws IOException {
    return new JarInputStream(new ByteArrayInputStream(bundle.files().get(path)));
  }

  private static List<String> names(String path) throws IOException {
    try (JarInputStream jar = jar(path)) {
      List<String> names = new ArrayList<>();
      for (ZipEntry entry = jar.getNextEntry(); entry != null; entry = jar.getNextEntry()) {
        names.add(entry.getName());
      }
      return names;
    }
  }

  /** Each damage must be found, so that the check of the bundle can fail. */
  @ParameterizedTest
  @CsvSource({
    "-sources.jar, ''",
    "-javadoc.jar, ''",
    ".jar.md5, ''",
    ".pom.sha1, ''",
    ".jar.sha1, 0000",
    ".pom, <project/>",
    ".pom, not XML"
  })
  void findsADamage(String ending, String content) {
    Map<String, byte[]> files = new TreeMap<>(bundle.files());
    if (content.isEmpty()) {
      files.remove(path("core", ending));
    } else {
      files.put(path("core", ending), content.getBytes(StandardCharsets.UTF_8));
    }
    assertThat(new Bundle(files).faults(false)).isNotEmpty();
  }

  /** The elements that the validator requires, the version and the paths. */
  @ParameterizedTest
  @CsvSource({
    "'(?s)<description>.*?</description>', ''",
    "'(?s)<licenses>.*?</licenses>', ''",
    "'(?s)<developers>.*?</developers>', ''",
    "'(?s)<scm .*?</scm>', ''",
    "'<version>0', '<version>1'",
    "'<artifactId>jackson-databind</artifactId>\\s*<version>[^<]*</version>',"
        + " '<artifactId>jackson-databind</artifactId>'",
    "'<artifactId>pytorch<', '<artifactId>${pytorch}<'"
  })
  void findsAWrongPom(String old, String replacement) {
    String path = path("core", ".pom");
    String pom = bundle.content(path);
    String changed = pom.replaceFirst(old, Matcher.quoteReplacement(replacement));
    assertThat(changed).isNotEqualTo(pom);
    Map<String, byte[]> files = new TreeMap<>(bundle.files());
    files.put(path, changed.getBytes(StandardCharsets.UTF_8));
    assertThat(new Bundle(files).faults(false))
        .anyMatch(fault -> fault.startsWith(path + ": ") && !fault.contains("checksum"));
  }

  @Test
  void requiresSignaturesOfASignedBundle() {
    Map<String, byte[]> files = new TreeMap<>(bundle.files());
    files.keySet().removeIf(path -> path.endsWith(".asc"));
    assertThat(new Bundle(files).faults(true))
        .contains(path("core", ".jar") + ": has no signature");
  }
}
