package org.kgcoop.files;

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

class FoldersTest {
  @TempDir Path folder;

  private void file(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.resolveSibling(""));
    Files.writeString(file, name);
  }

  @Test
  void filesAreSortedByTheirWholePath() throws IOException {
    for (String name : List.of("b.png", "a/z.png", "a-b/c.png", "a/.hidden.png", "a/d.png/e.png")) {
      file(name);
    }
    file("__MACOSX/a.png");
    file("a/notes.txt");
    List<Path> links = new ArrayList<>();
    Path link = Files.createSymbolicLink(folder.resolve("a/link.png"), folder);
    Files.createSymbolicLink(folder.resolve("gone.png"), folder.resolve("nothing"));

    List<String> sizes =
        Folders.below(
            folder,
            name -> name.endsWith(".png"),
            (file, attributes) -> Folders.relative(folder, file) + " " + attributes.size(),
            links::add);

    assertThat(sizes).containsExactly("a-b/c.png 9", "a/d.png/e.png 13", "a/z.png 7", "b.png 5");
    assertThat(links).containsExactly(link);
  }

  @Test
  void aFolderThatDoesNotExistIsNamed() {
    Path gone = folder.resolve("gone");
    assertThatThrownBy(() -> Folders.below(gone, name -> true, link -> {}))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining(gone + ": cannot be listed: No such file or directory");
  }
}
