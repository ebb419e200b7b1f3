package org.kgcoop.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.journal.JournalEntry;
import org.kgcoop.journal.Kind;
import org.kgcoop.journal.LabelJournal;

/** Tests with a folder of which only a part is read before the first page. */
class ReadingTest {
  private static final int IMAGES = 160;
  private static final int FIRST = 60; // so many are read before the first page
  private static final int AUDIT = 40;
  private static final int ADDED = 15; // later
  @TempDir static Path shared;
  private static Path written;
  private static Clip clip;

  @TempDir Path folder;
  private Path photos;
  private final List<String> warnings = new ArrayList<>();
  private volatile CountDownLatch more = new CountDownLatch(1);
  private volatile boolean waits; // the reader waits for `more` after the first images
  private volatile boolean cancelled;

  @BeforeAll
  static void load() throws IOException {
    clip = TinyClip.load();
    written = Files.createDirectories(shared.resolve("photos"));
    for (int i = 0; i < IMAGES + ADDED; i++) {
      write(i);
    }
  }

  @AfterAll
  static void close() {
    clip.close();
  }

  @BeforeEach
  void copy() throws IOException {
    photos = Files.createDirectories(folder.resolve("photos"));
    for (int i = 0; i < IMAGES; i++) {
      copy(i);
    }
  }

  private void copy(int number) throws IOException {
    Files.copy(written.resolve(name(number)), photos.resolve(name(number)));
  }

  private static void write(int number) throws IOException {
    BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
    for (int p = 0; p < 256; p++) {
      boolean isDark = (number >> p % 16) % 2 == 1 && p / 16 < 6; // the number in bits
      image.setRGB(p % 16, p / 16, isDark ? 0x101010 : number % 2 == 0 ? 0xc01010 : 0x1010c0);
    }
    assertThat(ImageIO.write(image, "png", written.resolve(name(number)).toFile())).isTrue();
  }

  private static String name(int number) {
    return "%04d-%s.png".formatted(number, number % 2 == 0 ? "red" : "blue");
  }

  private Labeling open() {
    return Labeling.of(photos, clip)
        .classes("red", "blue")
        .cache(folder.resolve("cache"))
        .audit(AUDIT)
        .first(FIRST)
        .warnings(warnings::add)
        .progress(this::progress)
        .cancelled(() -> cancelled)
        .open();
  }

  private void progress(long done) {
    if (waits && Thread.currentThread().getName().equals("reader of images")) {
      try {
        more.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static void answer(Labeling labeling, Page page) {
    labeling.answer(
        page,
        page.images().stream()
            .collect(
                Collectors.toMap(i -> i, i -> i.toString().replaceFirst(".*-(.*)\\.png", "$1"))));
  }

  private List<JournalEntry> journal() {
    return LabelJournal.entries(folder.resolve("photos.labels/labels.jsonl"), warning -> {});
  }

  private List<Integer> reads() {
    return journal().stream()
        .filter(JournalEntry.Read.class::isInstance)
        .map(entry -> ((JournalEntry.Read) entry).images())
        .toList();
  }

  private static String draw(List<JournalEntry> journal) {
    return journal.stream().filter(JournalEntry.Arrival.class::isInstance).toList().toString();
  }

  @Test
  void worksWhileImagesAreRead() {
    waits = true;
    try (Labeling labeling = open()) {
      Status status = labeling.status();
      assertThat(status.images()).isEqualTo(IMAGES);
      assertThat(status.read()).isBetween(FIRST, FIRST + AUDIT);
      assertThat(status.auditSize()).isEqualTo(AUDIT);
      for (int i = 0; i < 3; i++) {
        answer(labeling, labeling.next());
      }
      answer(labeling, labeling.next("", Kind.AUDIT));
      // The audit was drawn from all images, so the claim is about all of them.
      assertThat(labeling.accuracy().folder()).isPresent();
      assertThat(reads()).hasSize(1).allMatch(read -> read < IMAGES);
      Page before = labeling.next();
      more.countDown();
      labeling.awaitImages();
      assertThat(labeling.status().read()).isEqualTo(IMAGES);
      assertThat(reads().get(reads().size() - 1)).isEqualTo(IMAGES);
      answer(labeling, before); // a page stays open while others join
      assertThat(labeling.results()).hasSize(IMAGES);
    }
  }

  @Test
  void aFolderThatVanishesIsNoFolderOfUnreadableImages() throws IOException {
    waits = true;
    try (Labeling labeling = open()) {
      Files.move(photos, folder.resolve("moved"));
      more.countDown();
      assertThatExceptionOfType(KgCoopException.class)
          .isThrownBy(labeling::awaitImages)
          .withMessage(photos + ": this folder no longer exists");
      assertThat(labeling.readingProblem()).contains("no longer exists");
      assertThat(labeling.status().unreadable()).isEmpty();
      answer(labeling, labeling.next());
    }
  }

  /** The random images do not depend on what is read first. */
  @Test
  void goesOnAfterItWasStoppedWhileReading() {
    waits = true;
    Page next;
    String draw;
    try (Labeling labeling = open()) {
      answer(labeling, labeling.next());
      next = labeling.next();
      draw = draw(journal());
      cancelled = true;
      more.countDown();
      assertThatExceptionOfType(KgCoopException.class)
          .isThrownBy(labeling::awaitImages)
          .withMessageContaining("interrupted");
    }
    cancelled = false;
    more = new CountDownLatch(1);
    List<Integer> reads = reads();
    try (Labeling labeling = open()) {
      assertThat(labeling.status().labeled()).isEqualTo(labeled());
      Page page = labeling.next();
      assertThat(reads()).isEqualTo(reads); // no image joined
      assertThat(page.images()).isEqualTo(next.images());
      assertThat(page.likely()).isEqualTo(next.likely());
      more.countDown();
    }
    assertThat(draw(journal())).isEqualTo(draw);
  }

  private int labeled() {
    return journal().stream()
        .filter(JournalEntry.Answer.class::isInstance)
        .mapToInt(entry -> ((JournalEntry.Answer) entry).labels().size())
        .sum();
  }

  @Test
  void leavesOutUnreadableImagesOfTheAudit() throws IOException {
    List<String> all = IntStream.range(0, IMAGES).mapToObj(ReadingTest::name).toList();
    List<Integer> audit = AuditImages.sample(all, AUDIT, 1).stream().map(all::indexOf).toList();
    Map<Integer, String> bad = new HashMap<>();
    bad.put(audit.get(0), "not an image");
    bad.put(audit.get(7), "");
    for (Map.Entry<Integer, String> each : bad.entrySet()) {
      Files.writeString(photos.resolve(name(each.getKey())), each.getValue());
    }
    try (Labeling labeling = open()) {
      labeling.awaitImages();
      assertThat(labeling.status().auditSize()).isEqualTo(AUDIT - bad.size());
      assertThat(labeling.status().images()).isEqualTo(IMAGES - bad.size());
      assertThat(labeling.status().read()).isEqualTo(IMAGES - bad.size());
      assertThat(labeling.status().unreadable()).hasSize(bad.size());
      Page page = labeling.next("", Kind.AUDIT);
      assertThat(page.images()).hasSize(20);
      answer(labeling, page);
      assertThat(labeling.accuracy().folder()).isPresent();
      assertThat(labeling.accuracy().newImages()).isPresent();
      assertThat(labeling.results()).hasSize(IMAGES - bad.size());
    }
  }

  @Test
  void imagesThatAreAddedLaterJoin() throws IOException {
    Page expected;
    try (Labeling labeling = open()) {
      labeling.awaitImages();
      answer(labeling, labeling.next());
      expected = labeling.next();
    }
    try (Labeling labeling = open()) {
      Page page = labeling.next();
      assertThat(page.images()).isEqualTo(expected.images());
      assertThat(page.likely()).isEqualTo(expected.likely());
    }
    for (int i = IMAGES; i < IMAGES + ADDED; i++) {
      copy(i);
    }
    try (Labeling labeling = open()) {
      assertThat(labeling.status().images()).isEqualTo(IMAGES + ADDED);
      answer(labeling, labeling.next("", Kind.AUDIT));
      labeling.awaitImages();
      Accuracy accuracy = labeling.accuracy();
      assertThat(accuracy.folder()).isPresent();
      assertThat(accuracy.newImages()).isEmpty(); // they may be of another kind
      assertThat(accuracy.joined().images()).isEqualTo(ADDED);
      assertThat(accuracy.joined().auditLeft()).isBetween(3, 4); // 40 of 160, as of the others
    }
  }
}
