package org.kgcoop.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Tests what the POM files put into the jars of the libraries. */
class LibraryJarsTest {
  private static String pom(String module) throws IOException {
    return Files.readString(MarkdownPage.TOP.resolve(module).resolve("pom.xml"));
  }

  private static List<String> found(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text).results().map(MatchResult::group).toList();
  }

  /** A type that an example imports would otherwise have no page. */
  @Test
  void theJavadocHasEveryTypeOfTheExamples() throws IOException {
    List<String> included =
        found("(?<=<include>).*(?=</include>)", pom("core") + pom("train") + pom("label"));
    String examples =
        Files.readString(MarkdownPage.TOP.resolve("docs/how-to/use-from-java.md"))
            + Files.readString(
                MarkdownPage.TOP.resolve("label/src/test/java/org/kgcoop/example/ApiTour.java"))
            + "import org.kgcoop.clip.EmbeddedClip;"; // named in a sentence
    List<String> imported = found("(?<=import )org\\.kgcoop\\.(?!langchain4j)[\\w.]+", examples);
    assertThat(included).doesNotContain("org/kgcoop/*.java"); // helpers of all packages are there
    assertThat(imported)
        .hasSizeGreaterThan(10)
        .allSatisfy(
            type -> {
              Path file = Path.of(type.replace('.', '/') + ".java");
              assertThat(included)
                  .as(type)
                  .anyMatch(
                      glob ->
                          FileSystems.getDefault().getPathMatcher("glob:" + glob).matches(file));
            });
  }

  /** The name of a module would otherwise depend on the name of the file. */
  @Test
  void eachLibraryHasANameOnTheModulePath() throws IOException {
    assertThat(pom("")).contains("<Automatic-Module-Name>${module.name}</Automatic-Module-Name>");
    for (String module : List.of("core", "train", "label", "embedded", "parquet", "langchain4j")) {
      assertThat(pom(module)).contains("<module.name>org.kgcoop." + module + "</module.name>");
    }
  }
}
