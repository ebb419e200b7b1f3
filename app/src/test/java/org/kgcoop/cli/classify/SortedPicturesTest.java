package org.kgcoop.cli.classify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SortedPicturesTest {
  @TempDir Path folder;

  /** Names that are equal after what no file system takes, and one that a number would give. */
  @Test
  void eachClassHasAFolderOfItsOwnBelowTheOneThatIsNamed() throws IOException {
    List<String> classes =
        List.of(
            "b (class 2)",
            "b",
            "B",
            "..",
            "../b",
            ".",
            "",
            " ",
            "a/b",
            "a\\b",
            "a:b",
            "a\0b",
            "x".repeat(300),
            "x".repeat(299),
            "\ud83d\ude42".repeat(100),
            "CON\n",
            "none of these");
    String image = "x".repeat(251) + ".png"; // the longest name there is
    Path sorted = folder.resolve("sorted");
    SortedPictures.check(sorted);
    SortedPictures pictures = new SortedPictures(sorted, SortedPictures.Way.COPY);
    for (int i = 0; i < classes.size(); i++) {
      Path file = Files.createDirectories(folder.resolve("from" + i)).resolve(image);
      pictures.add(Files.writeString(file, String.valueOf(i)), i == classes.size() - 1 ? -1 : i);
    }

    assertThat(pictures.arrange(classes)).startsWith(classes.size() + " images copied");

    try (Stream<Path> found = Files.walk(sorted)) {
      List<Path> files = found.filter(Files::isRegularFile).toList();
      assertThat(files).hasSameSizeAs(classes);
      assertThat(files)
          .allMatch(file -> sorted.relativize(file).getNameCount() == 2)
          .extracting(file -> sorted.relativize(file).getName(0).toString())
          .extracting(name -> name.toLowerCase(Locale.ROOT))
          .doesNotHaveDuplicates()
          .noneMatch(name -> name.startsWith("."));
    }
  }
}
