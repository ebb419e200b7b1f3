package org.kgcoop.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.TestImages;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.journal.LabelJournal;

/** Files that are renamed, replaced, deleted and added: a label belongs to a picture. */
class ChangedFilesTest {
  private static final int IMAGES = 12;
  private static Clip clip;
  @TempDir static Path shared;

  @TempDir Path folder;
  private Path photos;
  private final List<String> warnings = new ArrayList<>();

  @BeforeAll
  static void load() {
    clip = TinyClip.load();
    TestImages.dataSet(shared, List.of("red"), 2 * IMAGES, 0, 0);
  }

  @AfterAll
  static void close() {
    clip.close();
  }

  @BeforeEach
  void copy() throws IOException {
    photos = Files.createDirectories(folder.resolve("photos"));
    for (int i = 0; i < IMAGES; i++) {
      put(i, "%02d é.png".formatted(i));
    }
  }

  /** Gives a file another picture. */
  private void put(int picture, String name) throws IOException {
    Path file = photos.resolve(name);
    Files.deleteIfExists(file);
    Files.createDirectories(file.getParent());
    Files.copy(shared.resolve("train").resolve("red").resolve("p" + picture + ".png"), file);
  }

  private void move(String name, String to) throws IOException {
    Files.createDirectories(photos.resolve(to).getParent());
    Files.move(photos.resolve(name), photos.resolve(to));
  }

  private static String name(int image) {
    return "%02d é.png".formatted(image);
  }

  private Labeling open() {
    return Labeling.of(photos, clip).classes("a", "b", "c").audit(0).warnings(warnings::add).open();
  }

  private Path journal() {
    return folder.resolve("photos.labels").resolve(LabelJournal.FILE);
  }

  /** Returns the labels of the person. */
  private static Map<String, String> labels(Labeling labeling) {
    Map<String, String> labels = new LinkedHashMap<>();
    labeling.awaitImages();
    labeling.current().stream()
        .filter(each -> each.source() != LabeledImage.Source.HEAD)
        .forEach(each -> labels.put(each.key(), each.name()));
    return labels;
  }

  private static Answered choose(Labeling labeling, Map<String, String> labels) {
    Map<Path, String> answers = new LinkedHashMap<>();
    labels.forEach((image, name) -> answers.put(Path.of(image), name));
    return labeling.choose(Sender.of("ann"), List.of(), answers);
  }

  @Test
  void aLabelGoesWithARenamedFileAndEndsWithAReplacedOne() throws IOException {
    try (Labeling labeling = open()) {
      choose(labeling, Map.of(name(0), "a", name(1), "b", name(2), "c", name(3), "a"));
      choose(labeling, Map.of(name(4), "b", name(5), "c"));
    }
    put(20, name(0)); // replaced
    move(name(1), "sub/new name.png"); // renamed
    Files.delete(photos.resolve(name(2))); // deleted
    put(21, "added.png");
    move(name(3), "tmp.png"); // two files change their names
    move(name(4), name(3));
    move("tmp.png", name(4));
    Map<String, String> expected =
        Map.of("sub/new name.png", "b", name(4), "a", name(3), "b", name(5), "c");
    try (Labeling labeling = open()) {
      assertThat(labels(labeling)).isEqualTo(expected);
      assertThat(labeling.changes())
          .containsExactly(
              "3 images have another name now, and the label stays: %s is sub/new name.png, %s is %s, %s is %s"
                  .formatted(name(1), name(3), name(4), name(4), name(3)),
              "1 file shows another picture now, and will be asked again: " + name(0),
              "1 labeled image is not in the folder any more; left out: " + name(2),
              "1 image is new in the folder: added.png");
      assertThat(warnings).containsAll(labeling.changes());
      choose(labeling, Map.of(name(0), "c"));
    }
    try (Labeling labeling = open()) {
      assertThat(labeling.changes())
          .containsExactly("1 labeled image is not in the folder any more; left out: " + name(2));
      Map<String, String> all = new LinkedHashMap<>(expected);
      all.put(name(0), "c");
      assertThat(labels(labeling)).containsExactlyInAnyOrderEntriesOf(all);
      labeling.undo(Sender.of("ann")).orElseThrow(); // the one about the new picture
      labeling.undo(Sender.of("ann")).orElseThrow(); // the one with two files
      assertThat(labels(labeling)).isEqualTo(Map.of("sub/new name.png", "b", name(4), "a"));
    }
    move("sub/new name.png", name(1)); // and back
    put(2, name(2));
    try (Labeling labeling = open()) {
      assertThat(labels(labeling)).isEqualTo(Map.of(name(1), "b", name(4), "a", name(2), "c"));
    }
  }

  @Test
  void anAnswerForAFileThatChangesDuringTheSessionDoesNotCount() throws IOException {
    try (Labeling labeling = open()) {
      labeling.awaitImages();
      choose(labeling, Map.of(name(6), "a", name(8), "a"));
      put(20, name(0));
      Files.delete(photos.resolve(name(1)));
      Answered answered =
          choose(labeling, Map.of(name(0), "a", name(1), "b", name(2), "c", name(3), "a"));
      assertThat(answered.changed()).containsExactlyInAnyOrder(Path.of(name(0)), Path.of(name(1)));
      assertThat(labels(labeling).keySet())
          .containsExactlyInAnyOrder(name(2), name(3), name(6), name(8));
      assertThat(labeling.status().unreadable())
          .containsExactlyInAnyOrder(Path.of(name(0)), Path.of(name(1)));
      assertThat(warnings)
          .anyMatch(line -> line.contains("2 files changed or left") && line.contains(name(1)));
      assertThat(labeling.status().images()).isEqualTo(IMAGES - 2);
      put(22, name(6)); // labeled before
      assertThat(labeling.results().stream().map(LabeledImage::key))
          .doesNotContain(name(0), name(1), name(6))
          .contains(name(7), name(8));
    }
    try (Labeling labeling = open()) {
      assertThat(labels(labeling).keySet()).containsExactlyInAnyOrder(name(2), name(3), name(8));
      assertThat(labeling.status().images()).isEqualTo(IMAGES - 1);
    }
  }

  @Test
  void aFileThatIsWrittenAgainWithTheSameBytesKeepsItsLabel() throws IOException {
    try (Labeling labeling = open()) {
      choose(labeling, Map.of(name(0), "a"));
      put(0, name(0));
      put(1, name(1));
      assertThat(choose(labeling, Map.of(name(1), "b")).changed()).isEmpty();
      put(0, name(0));
    }
    try (Labeling labeling = open()) {
      assertThat(labels(labeling)).isEqualTo(Map.of(name(0), "a", name(1), "b"));
      assertThat(labeling.changes()).isEmpty();
    }
  }

  /** A kill or a full disk can end the file inside a character. */
  @Test
  void aJournalThatIsCutAtAnyByteOfItsLastLineOpens() throws IOException {
    try (Labeling labeling = open()) {
      choose(labeling, Map.of(name(0), "a"));
      labeling.addClasses(Sender.of("ann"), List.of("猫 – Δέλτα"));
      choose(labeling, Map.of(name(1), "猫 – Δέλτα", name(2), "b"));
    }
    byte[] all = Files.readAllBytes(journal());
    String text = new String(all, StandardCharsets.UTF_8);
    for (String line : List.of("{\"op\":\"class\",\"class\":3", "{\"op\":\"page\",\"step\":3")) {
      int start = text.substring(0, text.indexOf(line)).getBytes(StandardCharsets.UTF_8).length;
      int end = start;
      while (all[end] != '\n') {
        end++;
      }
      for (int cut = start + 1; cut <= end; cut++) {
        warnings.clear();
        Files.write(journal(), Arrays.copyOf(all, cut));
        assertThat(LabelJournal.find(photos)).isPresent();
        try (JournalFile opened =
            JournalFile.open(journal().getParent(), FolderSource.identity(clip), warnings::add)) {
          assertThat(opened.entries())
              .hasSize((int) text.substring(0, text.indexOf(line)).lines().count());
        }
        assertThat(warnings).singleElement().asString().contains("last line was cut");
        assertThat(Files.readAllBytes(journal())).isEqualTo(Arrays.copyOf(all, start));
      }
    }
  }

  @Test
  void aLineThatIsNoTextIsNamed() throws IOException {
    try (Labeling labeling = open()) {
      choose(labeling, Map.of(name(0), "a"));
    }
    byte[] all = Files.readAllBytes(journal());
    int line = 1;
    for (int i = 0; i < all.length; i++) {
      line += all[i] == '\n' ? 1 : 0;
      if (all[i] == (byte) 0xc3) { // of é
        all[i + 1] = '"';
        break;
      }
    }
    Files.write(journal(), all);
    assertThatExceptionOfType(KgCoopException.class)
        .isThrownBy(this::open)
        .withMessageContaining("line " + line + ": expected a JSON object");
  }

  @Test
  void nothingIsAcknowledgedWithoutTheFileOfTheSession() throws IOException {
    try (Labeling labeling = open()) {
      choose(labeling, Map.of(name(0), "a"));
      Path away = folder.resolve("away");
      Files.move(journal().getParent(), away);
      assertThatExceptionOfType(KgCoopException.class)
          .isThrownBy(() -> choose(labeling, Map.of(name(1), "b")))
          .withMessageContaining("deleted, moved or replaced");
      assertThatExceptionOfType(KgCoopException.class).isThrownBy(labeling::finish);
      Files.createDirectories(journal().getParent());
      Files.copy(away.resolve(LabelJournal.FILE), journal()); // another file
      assertThatExceptionOfType(KgCoopException.class)
          .isThrownBy(() -> choose(labeling, Map.of(name(1), "b")));
      assertThat(labels(labeling)).isEqualTo(Map.of(name(0), "a"));
      Files.delete(journal());
      Files.delete(journal().getParent());
      Files.move(away, journal().getParent());
      choose(labeling, Map.of(name(1), "b"));
    }
    try (Labeling labeling = open()) {
      assertThat(labels(labeling)).isEqualTo(Map.of(name(0), "a", name(1), "b"));
    }
  }

  @Test
  void examplesWithEqualFileNamesAreDifferentImages() throws IOException {
    Path examples = folder.resolve("examples");
    for (int i = 0; i < IMAGES; i++) {
      Path to =
          examples.resolve(i % 2 == 0 ? "a" : "b").resolve("day " + i).resolve("IMG_0001.png");
      Files.createDirectories(to.getParent());
      Files.copy(shared.resolve("train").resolve("red").resolve("p" + (12 + i) + ".png"), to);
    }
    try (Labeling labeling =
        Labeling.of(photos, clip).audit(0).labeled(examples).warnings(warnings::add).open()) {
      assertThat(labeling.examples().stream().map(LabelExample::key))
          .hasSize(IMAGES)
          .doesNotHaveDuplicates()
          .contains("labeled/a/day 0/IMG_0001.png");
    }
  }
}
