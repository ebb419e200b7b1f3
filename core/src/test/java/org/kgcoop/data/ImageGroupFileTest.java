package org.kgcoop.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;

class ImageGroupFileTest {
  @TempDir Path folder;

  private static DataSet data(String... keys) {
    List<Item> items =
        Stream.of(keys).map(key -> new Item(key, Path.of("/x", key), 0, "cat")).toList();
    return new DataSet("some", List.of("cat"), items, List.of(), List.of(), null);
  }

  @Test
  void theFolderOfAnImageIsItsGroup() {
    DataSet data = ImageGroupFile.byFolder(data("v1/a.png", "v1/b.png", "v2/a.png"));
    assertThat(data.train().stream().map(Item::group)).containsExactly("v1", "v1", "v2");
    assertThatThrownBy(() -> ImageGroupFile.byFolder(data("cat/a.png", "cat/b.png")))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("are in one folder")
        .hasMessageContaining("CSV");
  }

  @Test
  void aFileStatesGroupsByPath() throws IOException {
    Path file =
        Files.writeString(folder.resolve("g.csv"), "path,group\ncat/a.png,1\n/x/cat/b.png,2\n");
    DataSet data = ImageGroupFile.of(data("cat/a.png", "cat/b.png"), file);
    assertThat(data.train().stream().map(Item::group)).containsExactly("1", "2");
    assertThatThrownBy(() -> ImageGroupFile.of(data("cat/a.png", "cat/c.png"), file))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("1 images of some have no line: cat/c.png");
    Path other = Files.writeString(folder.resolve("h.csv"), "file,group\ncat/a.png,1\n");
    assertThatThrownBy(() -> ImageGroupFile.of(data("cat/a.png"), other))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("line 2: no path; expected a first line path,group");
    for (Path wrong : List.of(folder, folder.resolve("none.csv"))) {
      assertThatThrownBy(() -> ImageGroupFile.of(data("cat/a.png"), wrong))
          .isInstanceOf(KgCoopException.class)
          .hasMessageStartingWith("--group-by " + wrong + ": cannot be read: ")
          .hasMessageEndingWith(
              "; give the word folder, or a CSV file with the columns path and group");
    }
  }
}
