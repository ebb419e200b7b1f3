package org.kgcoop.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.formats.FeatureFormat;
import org.kgcoop.formats.FeatureTable;

class FeatureFormatsTest {
  private static final List<String> NAMES = List.of("a.png", "b.png");

  @TempDir Path folder;

  static List<String> ids() {
    return FeatureFormats.ids();
  }

  private static FeatureTable table(FeatureTable.Rows rows) {
    return new FeatureTable("path", NAMES, 2, Map.of(), rows);
  }

  private static FeatureTable whole() {
    return table(
        row -> {
          row.take("a.png", new float[] {1, 0});
          row.take("b.png", new float[] {0, 1});
        });
  }

  private List<Path> below() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @ParameterizedTest
  @MethodSource("ids")
  void anInterruptedFileLeavesNothing(String id) throws IOException {
    FeatureFormat format = FeatureFormats.of(id).orElseThrow();
    Path file = folder.resolve("features." + id);
    FeatureTable interrupted =
        table(
            row -> {
              row.take("a.png", new float[] {1, 0});
              throw new KgCoopException(KgCoopException.Category.INTERRUPTED, "interrupted");
            });
    assertThatThrownBy(() -> format.write(file, interrupted)).hasMessage("interrupted");
    assertThat(below()).isEmpty();

    format.write(file, whole());
    assertThat(below()).containsExactlyInAnyOrderElementsOf(format.files(file, whole()));
  }

  @Test
  void withoutTheNamesThereAreNoNumbers() throws IOException {
    Path taken = Files.createDirectory(folder.resolve("features.paths.json"));
    FeatureFormat format = FeatureFormats.of("npy").orElseThrow();
    assertThatThrownBy(() -> format.write(folder.resolve("features.npy"), whole()))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("features.paths.json: cannot be written: it is a folder");
    assertThat(below()).containsExactly(taken);
  }
}
