package org.kgcoop.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;

class ExclusionFileTest {
  @TempDir Path folder;

  private final DataSet data =
      new DataSet(
          "pets",
          List.of("cat", "dog"),
          List.of(
              new Item("cat/1.png", Path.of("pets", "cat", "1.png"), 0, "cat"),
              new Item("dog/1.png", Path.of("pets", "dog", "1.png"), 1, "dog")),
          List.of(),
          List.of(new Item("test/2.png", Path.of("pets", "test", "2.png"), 1, "dog")),
          null);

  private DataSet without(String... lines) throws Exception {
    Path file = Files.write(folder.resolve("judged.txt"), List.of(lines));
    return ExclusionFile.exclude(data, file);
  }

  @Test
  void imagesAreNamedByTheirPathInTheDataSetOrByTheirFile() throws Exception {
    DataSet left = without("cat/1.png", "", Path.of("pets", "test", "2.png").toString());
    assertThat(left.train()).extracting(Item::key).containsExactly("dog/1.png");
    assertThat(left.test()).isEmpty();
  }

  @Test
  void pathsOfNoImageAreOneError() {
    assertThatThrownBy(() -> without("cat/1.png", "cat/9.png", "cow.png"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining(
            "judged.txt: 2 of its lines name no image of pets: cat/9.png, cow.png")
        .hasMessageContaining("write paths as cat/1.png");
    assertThatThrownBy(() -> without("cat/1.png", "dog/1.png"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("leaves out all training images");
  }

  @Test
  void aDataSetMayHaveOnlyTestImages() throws Exception {
    Item second = new Item("test/3.png", Path.of("pets", "test", "3.png"), 0, "cat");
    DataSet tests = data.withImages(List.of(), List.of(), List.of(data.test().get(0), second));
    Path file = Files.write(folder.resolve("judged.txt"), List.of("test/9.png"));
    assertThatThrownBy(() -> ExclusionFile.exclude(tests, file))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("1 of its lines name no image of pets: test/9.png")
        .hasMessageContaining("write paths as test/2.png");

    Files.write(file, List.of("test/2.png"));
    assertThat(ExclusionFile.exclude(tests, file).test()).containsExactly(second);

    Files.write(file, List.of("test/2.png", "test/3.png"));
    assertThatThrownBy(() -> ExclusionFile.exclude(tests, file))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("leaves out all images of pets");
  }
}
