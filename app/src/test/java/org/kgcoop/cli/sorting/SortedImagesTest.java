package org.kgcoop.cli.sorting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.ChildProcess;
import org.kgcoop.cli.classify.AnswerForm;
import org.kgcoop.data.SortedFolder;

class SortedImagesTest {
  private static final List<String> NAMES = List.of("cat", "dog", AnswerForm.NONE);

  @TempDir Path folder;

  private Path file(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  private static ImageSorter sorter(Path out, ImageSorter.Way way) {
    return new ImageSorter(out, way, () -> false);
  }

  private static String arrange(ImageSorter sorter, List<String> names) {
    return sorter.arrange(names, "coop", null, "clip");
  }

  private List<String> below(Path sorted) throws IOException {
    try (Stream<Path> files = Files.walk(sorted)) {
      return files
          .filter(each -> !Files.isDirectory(each) && !each.endsWith(SortedFolder.FILE))
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
    ImageSorter images = sorter(sorted, ImageSorter.Way.COPY);
    for (int i = 0; i < classes.size(); i++) {
      Path file = Files.createDirectories(folder.resolve("from" + i)).resolve(image);
      images.add(Files.writeString(file, String.valueOf(i)), i == classes.size() - 1 ? -1 : i);
    }

    assertThat(arrange(images, classes)).startsWith(classes.size() + " images copied");

    try (Stream<Path> found = Files.walk(sorted)) {
      List<Path> files =
          found
              .filter(each -> Files.isRegularFile(each) && !each.endsWith(SortedFolder.FILE))
              .toList();
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
    ImageSorter sorted = sorter(folder.resolve("out"), ImageSorter.Way.COPY);
    sorted.add(file("p/0.png", "0"), 0);
    String blanks = " ".repeat(1_000_000);
    assertThat(arrange(sorted, List.of("cat" + blanks + "x", AnswerForm.NONE)))
        .startsWith("1 image copied into ");
    assertThat(below(folder.resolve("out"))).containsExactly("cat/0.png");
  }

  @Test
  void anImageThatIsNamedTwiceIsMovedOnce() throws IOException {
    Path image = file("p/0.png", "0");
    Path other = file("p/1.png", "1");
    ImageSorter sorted = sorter(folder.resolve("out"), ImageSorter.Way.MOVE);
    sorted.add(image, 0);
    sorted.add(folder.resolve("p/../p/0.png"), 0);
    sorted.add(other, 1);
    assertThat(arrange(sorted, NAMES)).startsWith("2 images moved into ");
    assertThat(below(folder.resolve("out"))).containsExactly("cat/0.png", "dog/1.png");
    assertThat(below(folder.resolve("p"))).isEmpty();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aRelativeLinkLeadsToItsImageFromWhereItIsMovedTo() throws IOException {
    Path image = file("kept/0.png", "the image");
    Path link =
        Files.createSymbolicLink(file("p/x", "").resolveSibling("a.png"), Path.of("../kept/0.png"));
    ImageSorter sorted = sorter(folder.resolve("out"), ImageSorter.Way.MOVE);
    sorted.add(link, 0);
    String unused = arrange(sorted, NAMES);
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
      ImageSorter sorted = sorter(out, way);
      sorted.add(file(way + "-a/" + longest, "a"), 0);
      sorted.add(file(way + "-b/" + longest, "b"), 0);
      assertThat(arrange(sorted, NAMES)).startsWith("2 images ");
      assertThat(below(out))
          .containsExactlyInAnyOrder("cat/" + longest, "cat/" + "é".repeat(124) + "-2.png");
    }
  }

  /** A placement that fails before its step of a number. */
  private static Placement endsAt(Path out, int step) {
    return new KilledPlacement(out, step);
  }

  @Test
  void anInterruptedSortingResumes() throws IOException {
    for (ImageSorter.Way way : ImageSorter.Way.values()) {
      Path out = folder.resolve("resumed-" + way);
      List<Path> images = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        images.add(file(way + "-" + i + "/same.png", "image " + i));
      }
      int steps = way == ImageSorter.Way.LINK ? 1 : way == ImageSorter.Way.MOVE ? 2 : 3;
      ImageSorter first = new ImageSorter(out, way, () -> false, endsAt(out, 2 * steps + 1));
      images.forEach(image -> first.add(image, 0));
      assertThatThrownBy(() -> arrange(first, NAMES)).isInstanceOf(KilledPlacement.Killed.class);

      ImageSorter.check(out);
      ImageSorter other = sorter(out, way);
      other.add(images.get(3), 1);
      assertThatThrownBy(() -> arrange(other, NAMES))
          .hasMessageContaining("other images or classes");
      ImageSorter second = sorter(out, way);
      images.stream().filter(Files::exists).forEach(image -> second.add(image, 0));
      assertThat(arrange(second, NAMES))
          .startsWith(way == ImageSorter.Way.MOVE ? "2 images " : "4 images ");

      assertThat(below(out))
          .containsExactlyInAnyOrder(
              "cat/same.png", "cat/same-2.png", "cat/same-3.png", "cat/same-4.png");
      assertThat(out.resolve("cat/same-2.png")).hasContent("image 1");
      assertThat(out.resolve("cat/same-4.png")).hasContent("image 3");
      assertThat(SortedFolder.read(out).orElseThrow().proposed())
          .containsOnlyKeys("cat/same.png", "cat/same-2.png", "cat/same-3.png", "cat/same-4.png");
      assertThatThrownBy(() -> ImageSorter.check(out)).hasMessageContaining("not empty");
    }
  }

  /** The sorting was killed after the second image was put, and before a move deleted it. */
  @Test
  void aNewImageDoesNotTakeThePathOfAnImageThatIsPut() throws IOException {
    for (ImageSorter.Way way : ImageSorter.Way.values()) {
      Path out = folder.resolve("out-" + way);
      Path first = file(way + "/a/same.png", "a");
      Path second = file(way + "/b/same.png", "b");
      Path third = file(way + "/c/same.png", "c");
      int end = way == ImageSorter.Way.LINK ? 3 : way == ImageSorter.Way.MOVE ? 4 : 7;
      ImageSorter killed = new ImageSorter(out, way, () -> false, endsAt(out, end));
      List.of(first, second, third).forEach(image -> killed.add(image, 0));
      assertThatThrownBy(() -> arrange(killed, NAMES)).isInstanceOf(KilledPlacement.Killed.class);

      ImageSorter again = sorter(out, way);
      again.add(file(way + "/new/same.png", "new"), 0);
      Stream.of(first, second, third).filter(Files::exists).forEach(image -> again.add(image, 0));
      arrange(again, NAMES);
      assertThat(below(out))
          .containsExactlyInAnyOrder(
              "cat/same.png", "cat/same-2.png", "cat/same-3.png", "cat/same-4.png");
      assertThat(out.resolve("cat/same-2.png")).hasContent("b");
      assertThat(Files.exists(second)).isEqualTo(way != ImageSorter.Way.MOVE);
    }
  }

  @Test
  void aCallCompletesTheMoveOfAnotherCallThatWasKilledMeanwhile() throws IOException {
    Path out = folder.resolve("out");
    List<Path> images = List.of(file("p/0.png", "0"), file("p/1.png", "1"), file("p/2.png", "2"));
    ImageSorter second = sorter(out, ImageSorter.Way.MOVE);
    ImageSorter other = sorter(out, ImageSorter.Way.MOVE);
    ImageSorter killed = new ImageSorter(out, ImageSorter.Way.MOVE, () -> false, endsAt(out, 4));
    for (Path image : images) {
      second.add(image, 0);
      other.add(image, 1);
      killed.add(image, 0);
    }
    assertThatThrownBy(() -> arrange(killed, NAMES)).isInstanceOf(KilledPlacement.Killed.class);

    assertThatThrownBy(() -> arrange(other, NAMES)).hasMessageContaining("other images or classes");
    assertThat(arrange(second, NAMES)).startsWith("2 images moved");
    assertThat(below(folder))
        .containsExactlyInAnyOrder("out/cat/0.png", "out/cat/1.png", "out/cat/2.png");
    assertThat(SortedFolder.read(out).orElseThrow().proposed())
        .containsOnlyKeys("cat/0.png", "cat/1.png", "cat/2.png");
  }

  @Test
  void aNewImageWithTheNameOfAMovedOneGetsANumber() throws IOException {
    Path out = folder.resolve("out");
    Path first = file("p/0.png", "first");
    Path second = file("p/1.png", "second");
    ImageSorter killed = new ImageSorter(out, ImageSorter.Way.MOVE, () -> false, endsAt(out, 3));
    killed.add(first, 0);
    killed.add(second, 0);
    assertThatThrownBy(() -> arrange(killed, NAMES)).isInstanceOf(KilledPlacement.Killed.class);
    Files.writeString(first, "new");

    ImageSorter again = sorter(out, ImageSorter.Way.MOVE);
    again.add(first, 1);
    again.add(second, 0);
    assertThat(arrange(again, NAMES)).startsWith("2 images moved");
    assertThat(out.resolve("cat/0.png")).hasContent("first");
    assertThat(out.resolve("dog/0.png")).hasContent("new");
    assertThat(below(out)).containsExactly("cat/0.png", "cat/1.png", "dog/0.png");
  }

  @Test
  void aResumedCopyCopiesAnImageThatChanged() throws IOException {
    Path out = folder.resolve("out");
    Path first = file("p/0.png", "first");
    Path second = file("p/1.png", "second");
    ImageSorter killed = new ImageSorter(out, ImageSorter.Way.COPY, () -> false, endsAt(out, 4));
    killed.add(first, 0);
    killed.add(second, 0);
    assertThatThrownBy(() -> arrange(killed, NAMES)).isInstanceOf(KilledPlacement.Killed.class);
    Files.writeString(first, "changed");

    ImageSorter again = sorter(out, ImageSorter.Way.COPY);
    again.add(first, 0);
    again.add(second, 0);
    assertThat(arrange(again, NAMES)).startsWith("2 images copied");
    assertThat(out.resolve("cat/0.png")).hasContent("first"); // a person may have edited it
    assertThat(out.resolve("cat/0-2.png")).hasContent("changed");
    assertThat(below(out)).containsExactly("cat/0-2.png", "cat/0.png", "cat/1.png");
  }

  /** The sorting was killed between the new name and the deletion of the old one. */
  @Test
  void aMoveThatWasKilledInTheMiddleOfAnImageIsCompleted() throws IOException {
    Path out = folder.resolve("out");
    Path image = file("p/0.png", "image");
    ImageSorter killed = new ImageSorter(out, ImageSorter.Way.MOVE, () -> false, endsAt(out, 2));
    killed.add(image, 0);
    assertThatThrownBy(() -> arrange(killed, NAMES)).isInstanceOf(KilledPlacement.Killed.class);
    assertThat(image).exists();
    assertThat(out.resolve("cat/0.png")).hasContent("image");

    ImageSorter other = sorter(out, ImageSorter.Way.MOVE);
    other.add(file("p/1.png", "other"), 0);
    assertThatThrownBy(() -> arrange(other, NAMES)).hasMessageContaining("other images or classes");

    ImageSorter again = sorter(out, ImageSorter.Way.MOVE);
    again.add(image, 0);
    assertThat(arrange(again, NAMES)).startsWith("1 image moved");
    assertThat(image).doesNotExist();
    assertThat(below(out)).containsExactly("cat/0.png");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void thePlanOfAnotherPersonMovesNothing() throws IOException {
    Path out = folder.resolve("out");
    Path secret = file("home/secret", "mine");
    file("out/cat/x.png", "x");
    Files.writeString(
        out.resolve(SortingPlan.FILE),
        "{\"images\": [{\"from\": \"%s\", \"to\": \"cat/secret\"}]}".formatted(secret));
    ImageSorter sorted = sorter(out, ImageSorter.Way.MOVE);
    sorted.add(file("p/0.png", "0"), 0);
    assertThatThrownBy(() -> arrange(sorted, NAMES))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("other images or classes, for example " + secret);
    assertThat(secret).hasContent("mine");
    assertThat(below(folder))
        .containsExactlyInAnyOrder(
            "home/secret", "out/.kgcoop-sorting.json", "out/cat/x.png", "p/0.png");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aLinkInTheFolderIsRejected() throws IOException {
    Path out = folder.resolve("out");
    Path outside = file("home/0.png", "mine");
    for (String name :
        List.of("cat", SortingPlan.FILE, SortedFolder.FILE, ".kgcoop-sorting.lock", "labels")) {
      Files.createDirectories(out);
      if (!name.equals(SortingPlan.FILE)) {
        Files.writeString(out.resolve(SortingPlan.FILE), "{\"images\": []}");
      }
      Path to = name.equals("cat") ? outside.resolveSibling("") : outside;
      Path link = Files.createSymbolicLink(out.resolve(name), to);
      for (ImageSorter.Way way : ImageSorter.Way.values()) {
        ImageSorter sorted = sorter(out, way);
        sorted.add(file("p/0.png", "0"), 0);
        assertThatThrownBy(() -> arrange(sorted, NAMES))
            .hasMessage(
                "--sort-into %s: contains the link %s; expected no links; name a new folder"
                    .formatted(out, name));
      }
      assertThat(below(outside.resolveSibling(""))).containsExactly("0.png");
      assertThat(outside).hasContent("mine");
      Files.delete(link);
      Files.deleteIfExists(out.resolve(SortingPlan.FILE));
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void anImageThatBecameAPipeIsRejected() throws Exception {
    for (ImageSorter.Way way : ImageSorter.Way.values()) {
      Path image = file("p/" + way + ".png", "0");
      ImageSorter sorted = sorter(folder.resolve("out-" + way), way);
      sorted.add(image, 0);
      Files.delete(image);
      assertThat(ChildProcess.run(new ProcessBuilder("mkfifo", image.toString()))).isZero();
      assertThatThrownBy(() -> arrange(sorted, NAMES))
          .hasMessageContaining("it is a pipe or a device; expected a file");
    }
  }

  @Test
  void anImageOfTheFolderItselfIsRejected() throws IOException {
    Path out = folder.resolve("out");
    Path image = file("out/cat/0.png", "0");
    Files.writeString(
        out.resolve(SortingPlan.FILE),
        "{\"images\": [{\"from\": \"%s\", \"to\": \"cat/0.png\"}]}"
            .formatted(image.toString().replace("\\", "\\\\")));
    ImageSorter sorted = sorter(out, ImageSorter.Way.MOVE);
    sorted.add(image, 0);
    assertThatThrownBy(() -> arrange(sorted, NAMES)).hasMessageContaining("contains the image");
    assertThat(image).hasContent("0");
  }

  @Test
  void anInterruptionStopsBetweenTwoImages() throws IOException {
    Path out = folder.resolve("out");
    AtomicInteger asked = new AtomicInteger();
    ImageSorter sorted =
        new ImageSorter(out, ImageSorter.Way.MOVE, () -> asked.incrementAndGet() > 1);
    sorted.add(file("p/0.png", "0"), 0);
    sorted.add(file("p/1.png", "1"), 0);
    assertThatThrownBy(() -> arrange(sorted, NAMES))
        .hasMessage("interrupted: 1 of 2 images sorted; run the same command again to resume");
    assertThat(below(out)).containsExactly(".kgcoop-sorting.json", "cat/0.png");
  }

  @Test
  void theFilesOfAnInterruptedWriteAndALeftLockDoNotRefuseTheFolder() throws IOException {
    Path out = folder.resolve("out");
    file("out/..kgcoop-sorting.json.01234567-89ab-cdef-0123-456789abcdef.tmp", "");
    file("out/..kgcoop-sorted.json.01234567-89ab-cdef-0123-456789abcdef.tmp", "{");
    file("out/.kgcoop-sorting.lock", "");
    ImageSorter.check(out);
    ImageSorter sorted = sorter(out, ImageSorter.Way.COPY);
    sorted.add(file("p/0.png", "0"), 0);

    assertThat(arrange(sorted, NAMES)).startsWith("1 image copied");

    assertThat(below(out)).containsExactly("cat/0.png");
  }

  /**
   * The lock is left if a call is killed at its end. The next call that names the folder deletes
   * it.
   */
  @Test
  void aLeftLockOfASortedFolderIsDeleted() throws IOException {
    Path out = folder.resolve("out");
    ImageSorter sorted = sorter(out, ImageSorter.Way.COPY);
    sorted.add(file("p/0.png", "0"), 0);
    String unused = arrange(sorted, NAMES);
    file("out/.kgcoop-sorting.lock", "");

    assertThatThrownBy(() -> ImageSorter.check(out)).hasMessageContaining("not empty");

    assertThat(below(out)).containsExactly("cat/0.png");
  }

  @Test
  void anImageThatChangesAfterItWasPutIsNotDeleted() throws IOException {
    Path out = folder.resolve("out");
    Path first = file("p/0.png", "first");
    Path second = file("p/1.png", "second");
    ImageSorter killed = new ImageSorter(out, ImageSorter.Way.MOVE, () -> false, endsAt(out, 4));
    killed.add(first, 0);
    killed.add(second, 0);
    assertThatThrownBy(() -> arrange(killed, NAMES)).isInstanceOf(KilledPlacement.Killed.class);
    assertThat(second).exists();
    ImageSorter again =
        new ImageSorter(
            out,
            ImageSorter.Way.MOVE,
            () -> {
              try { // after the plan was made
                Files.delete(second); // before, it was a second name of the file in the folder
                Files.writeString(second, "changed");
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
              return false;
            });
    again.add(second, 0);

    assertThatThrownBy(() -> arrange(again, NAMES)).hasMessageContaining("it changed while");

    assertThat(second).hasContent("changed");
    assertThat(out.resolve("cat/1.png")).hasContent("second");
  }

  @Test
  void anImageThatIsGoneIsNamed() throws IOException {
    Path out = folder.resolve("out");
    Path image = file("p/0.png", "0");
    ImageSorter sorted = sorter(out, ImageSorter.Way.COPY);
    sorted.add(image, 0);
    Files.delete(image);

    assertThatThrownBy(() -> arrange(sorted, NAMES))
        .hasMessageStartingWith(image + ": ")
        .hasMessageContaining("the image is no longer there");
  }

  @Test
  void namesOfDevicesOfWindowsGetAnotherFolder() throws IOException {
    List<String> names =
        List.of("CON", "aux", "NUL.txt", "com1", "_CON", "console", AnswerForm.NONE);
    Path out = folder.resolve("out");
    ImageSorter sorted = sorter(out, ImageSorter.Way.COPY);
    for (int i = 0; i < names.size() - 1; i++) {
      sorted.add(file(i + "/0.png", "" + i), i);
    }

    String unused = arrange(sorted, names);

    assertThat(below(out))
        .containsExactlyInAnyOrder(
            "_CON/0.png",
            "_aux/0.png",
            "_NUL.txt/0.png",
            "_com1/0.png",
            "_CON (class 4)/0.png",
            "console/0.png");
  }
}
