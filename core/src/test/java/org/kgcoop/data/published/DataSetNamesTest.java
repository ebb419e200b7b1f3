package org.kgcoop.data.published;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Tests that no code outside this package depends on the name of a data set. Published values per
 * data set are data.
 */
class DataSetNamesTest {

  @Test
  void noJavaOutsideOfThisPackageNamesAPublishedDataSet() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path source : sources()) {
      if (!source.resolveSibling("").endsWith("data/published")) {
        String text = Files.readString(source);
        PublishedDataSets.all().stream()
            .map(PublishedDataSet::name)
            .filter(name -> text.contains("\"" + name + "\""))
            .forEach(name -> found.add(source.getFileName() + ": " + name));
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  void theScanSeesTheSources() throws IOException {
    assertThat(sources()).hasSizeGreaterThan(100);
  }

  /** Returns the main sources of the library and of the application. */
  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    for (String module : List.of("core", "app")) {
      try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
        files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
      }
    }
    return sources;
  }
}
