package org.kgcoop.cli.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class SortedImagesTest {
  private static final List<String> NAMES = List.of("cat", "dog", AnswerForm.NONE);

  @TempDir Path folder;

  private Path file(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  private List<String> below(Path sorted) throws IOException {
    try (Stream<Path> files = Files.walk(sorted)) {
      return files
          .filter(each -> !Files.isDirectory(each))
          .map(each -> sorted.relativize(each).toString().replace('\\', '/'))
          .sorted()
          .toList();
    }
  }

  /**
   * Some names become equal without the characters that file systems reject. One name equals
   * another name with a number.
   */
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
    String image = "x".repeat(251) + ".png"; // the longest valid name
    Path sorted = folder.resolve("sorted");
    ImageSorter.check(sorted);
    ImageSorter images = new ImageSorter(sorted, ImageSorter.Way.COPY);
    for (int i = 0; i < classes.size(); i++) {
      Path file = Files.createDirectories(folder.resolve("from" + i)).resolve(image);
      images.add(Files.writeString(file, String.valueOf(i)), i == classes.size() - 1 ? -1 : i);
    }

    assertThat(images.arrange(classes)).startsWith(classes.size() + " images copied");

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

  /** A quadratic algorithm would take hours to remove these blanks. */
  @Test
  void aClassNameOfManyBlanksIsCutFirst() throws IOException {
    ImageSorter sorted = new ImageSorter(folder.resolve("out"), ImageSorter.Way.COPY);
    sorted.add(file("p/0.png", "0"), 0);
    String blanks = " ".repeat(1_000_000);
    assertThat(sorted.arrange(List.of("cat" + blanks + "x", AnswerForm.NONE)))
        .startsWith("1 image copied into ");
    assertThat(below(folder.resolve("out"))).containsExactly("cat/0.png");
  }

  @Test
  void anImageThatIsNamedTwiceIsMovedOnce() throws IOException {
    Path image = file("p/0.png", "0");
    Path other = file("p/1.png", "1");
    ImageSorter sorted = new ImageSorter(folder.resolve("out"), ImageSorter.Way.MOVE);
    sorted.add(image, 0);
    sorted.add(folder.resolve("p/../p/0.png"), 0);
    sorted.add(other, 1);
    assertThat(sorted.arrange(NAMES)).startsWith("2 images moved into ");
    assertThat(below(folder.resolve("out"))).containsExactly("cat/0.png", "dog/1.png");
    assertThat(below(folder.resolve("p"))).isEmpty();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aRelativeLinkLeadsToItsImageFromWhereItIsMovedTo() throws IOException {
    Path image = file("kept/0.png", "the image");
    Path link =
        Files.createSymbolicLink(file("p/x", "").resolveSibling("a.png"), Path.of("../kept/0.png"));
    ImageSorter sorted = new ImageSorter(folder.resolve("out"), ImageSorter.Way.MOVE);
    sorted.add(link, 0);
    String unused = sorted.arrange(NAMES);
    assertThat(folder.resolve("out/cat/a.png")).hasContent("the image");
    assertThat(Files.exists(link, LinkOption.NOFOLLOW_LINKS)).isFalse();
    assertThat(image).exists();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void twoOfTheLongestNameGetTwoNamesThatAreNoLonger() throws IOException {
    String longest = "é".repeat(125) + "x.png"; // 255 bytes
    for (ImageSorter.Way way : ImageSorter.Way.values()) {
      Path out = folder.resolve("out-" + way);
      ImageSorter sorted = new ImageSorter(out, way);
      sorted.add(file(way + "-a/" + longest, "a"), 0);
      sorted.add(file(way + "-b/" + longest, "b"), 0);
      assertThat(sorted.arrange(NAMES)).startsWith("2 images ");
      assertThat(below(out))
          .containsExactlyInAnyOrder("cat/" + longest, "cat/" + "é".repeat(124) + "-2.png");
    }
  }

  @Test
  void anInterruptedSortingResumes() throws IOException {
    for (ImageSorter.Way way : ImageSorter.Way.values()) {
      Path out = folder.resolve("resumed-" + way);
      List<Path> images = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        images.add(file(way + "-" + i + "/same.png", "image " + i));
      }
      // A folder in the place of the third image ends the first attempt.
      Path inTheWay = Files.createDirectories(out.resolve("cat/same-3.png/x"));
      ImageSorter first = new ImageSorter(out, way);
      images.forEach(image -> first.add(image, 0));
      assertThatThrownBy(() -> first.arrange(NAMES)).hasMessageContaining("2 of 4 images sorted");
      Files.delete(inTheWay);
      Files.delete(inTheWay.resolveSibling(""));

      ImageSorter.check(out);
      ImageSorter other = new ImageSorter(out, way);
      other.add(images.get(3), 1);
      assertThatThrownBy(() -> other.arrange(NAMES))
          .hasMessageContaining("other images or classes");
      ImageSorter second = new ImageSorter(out, way);
      images.stream().filter(Files::exists).forEach(image -> second.add(image, 0));
      assertThat(second.arrange(NAMES)).startsWith("4 images ");

      assertThat(below(out))
          .containsExactlyInAnyOrder(
              "cat/same.png", "cat/same-2.png", "cat/same-3.png", "cat/same-4.png");
      assertThat(out.resolve("cat/same-2.png")).hasContent("image 1");
      assertThat(out.resolve("cat/same-4.png")).hasContent("image 3");
      assertThatThrownBy(() -> ImageSorter.check(out)).hasMessageContaining("not empty");
    }
  }
}
