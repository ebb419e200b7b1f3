package org.kgcoop.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.kgcoop.data.published.PublishedDataSet;
import org.kgcoop.data.published.PublishedDataSets;

/** Tests a rule for the main sources of all modules. */
class SourcesTest {
  /** Published values per data set are data. Only their package may name a data set. */
  @Test
  void namePublishedDataSetsOnlyInTheirPackage() throws IOException {
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
