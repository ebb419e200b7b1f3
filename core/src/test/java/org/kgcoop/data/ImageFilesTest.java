package org.kgcoop.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;

class ImageFilesTest {
  @TempDir Path folder;

  private final List<String> warnings = new ArrayList<>();

  private void write(String... names) throws IOException {
    for (String name : names) {
      Files.writeString(folder.resolve(name), name);
    }
  }

  @Test
  void everyEndingOfADataSetIsOneHereToo() throws IOException {
    write("a.jpe", "b.jfif", "c.JPEG", "d.webp", "._d.webp", "notes.txt");

    assertThat(ImageFiles.expand(List.of(folder), warnings::add))
        .extracting(file -> file.getFileName().toString())
        .containsExactly("a.jpe", "b.jfif", "c.JPEG", "d.webp");
    assertThat(warnings).isEmpty();
  }

  @Test
  void anImageOfAnUnsupportedFormatIsOneOfAll() throws IOException {
    write("a.png", "b.HEIC", "notes.txt");

    assertThat(ImageFiles.all(List.of(folder)))
        .extracting(file -> file.getFileName().toString())
        .containsExactly("a.png", "b.HEIC");
  }

  @Test
  void countsAndNamesIgnoredFiles() throws IOException {
    write("a.png", "b.jxl", "c.jxl", "d.ppm");

    assertThat(ImageFiles.expand(List.of(folder), warnings::add)).hasSize(1);
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("3 images are left out", "2 .jxl, 1 .ppm", "b.jxl");

    Files.delete(folder.resolve("a.png"));
    assertThatThrownBy(() -> ImageFiles.expand(List.of(folder), warnings::add))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("2 .jxl");
  }
}
