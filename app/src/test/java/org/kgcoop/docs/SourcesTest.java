package org.kgcoop.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.kgcoop.data.published.PublishedDataSet;
import org.kgcoop.data.published.PublishedDataSets;

/** Tests rules for the main sources of all modules. */
class SourcesTest {
  private static final Set<String> NO_OPENING =
      Set.of(
          "what", "whether", "how", "which", "those", "of", "as", "where", "who", "when", "why",
          "it", "they", "he", "she", "this", "that", "these", "one", "its", "their");

  private static final Pattern COMMENT = Pattern.compile("(?s)/\\*\\*[\\s*]*(\\w+)");

  @Test
  void theFirstSentenceOfJavadocBeginsWithItsSubject() throws IOException {
    List<String> openings = new ArrayList<>();
    for (Path source : sources()) {
      String text = Files.readString(source);
      Matcher comment = COMMENT.matcher(text);
      while (comment.find()) {
        if (NO_OPENING.contains(comment.group(1).toLowerCase(Locale.ROOT))) {
          long line = text.substring(0, comment.start()).lines().count();
          openings.add(source.getFileName() + ":" + line + ": " + comment.group(1));
        }
      }
    }
    assertThat(openings).isEmpty();
  }

  /** Published values per data set are data. Only their package may name a data set. */
  @Test
  void noJavaNamesAPublishedDataSet() throws IOException {
    List<String> names = PublishedDataSets.all().stream().map(PublishedDataSet::name).toList();
    assertThat(names).isNotEmpty();
    List<String> found = new ArrayList<>();
    for (Path source : sources()) {
      if (!source.getParent().endsWith("data/published")) {
        String text = Files.readString(source);
        names.stream()
            .filter(name -> text.contains("\"" + name + "\""))
            .forEach(name -> found.add(source.getFileName() + ": " + name));
      }
    }
    assertThat(found).isEmpty();
  }

  /** Returns the main sources of all modules. */
  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    try (Stream<Path> modules = Files.list(MarkdownPage.TOP)) {
      for (Path module : modules.map(folder -> folder.resolve("src/main/java")).toList()) {
        if (Files.isDirectory(module)) {
          try (Stream<Path> files = Files.walk(module)) {
            files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
          }
        }
      }
    }
    assertThat(sources).hasSizeGreaterThan(300);
    return sources;
  }
}
