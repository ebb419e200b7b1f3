package org.kgcoop.label;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.journal.JournalEntry;
import org.kgcoop.journal.Kind;
import org.kgcoop.journal.LabelJournal;

class SessionAccuracyTest {
  private static final Offset<Double> EXACT = Offset.offset(1e-12);
  private static final int FIRST = 120;
  private static final int AUDIT = 30;

  private final Random random = new Random(3);
  private final TreeMap<String, float[]> features = new TreeMap<>();
  private final Map<String, String> truth = new HashMap<>();
  private final Map<String, String> pictures = new HashMap<>();
  private final MemorySource.Entries journal = new MemorySource.Entries();

  SessionAccuracyTest() {
    add(0, FIRST);
  }

  /** Adds images of three classes near to unit vectors. */
  private void add(int from, int count) {
    for (int i = from; i < from + count; i++) {
      int label = i % 3;
      double[] row = new double[4];
      for (int d = 0; d < row.length; d++) {
        row[d] = (d == label ? 1 : 0) + 0.25 * random.nextGaussian();
      }
      features.put("%03d".formatted(i), MemorySource.feature(row));
      truth.put("%03d".formatted(i), "c" + label);
    }
  }

  private Labeling open() {
    return new Labeling(
        new MemorySource(features, SessionAccuracyTest::texts, 20, pictures),
        journal,
        new SessionSettings(List.of("c0", "c1", "c2"), 6, AUDIT, 90, 1, "", warning -> {}),
        InstantSource.system());
  }

  private static double[][] texts(List<String> names) {
    return names.stream()
        .map(name -> name.charAt(1) - '0')
        .map(c -> new double[] {c == 0 ? 1 : 0, c == 1 ? 1 : 0, c == 2 ? 1 : 0, c > 2 ? 1 : 0})
        .toArray(double[][]::new);
  }

  private void answer(Labeling labeling, Page page) {
    answer(labeling, page, image -> true);
  }

  private void answer(Labeling labeling, Page page, Predicate<Path> isAnswered) {
    Map<Path, String> answers = new LinkedHashMap<>();
    page.images().stream()
        .filter(isAnswered)
        .forEach(image -> answers.put(image, truth.getOrDefault(image.toString(), "")));
    labeling.answer(page, answers);
  }

  private void measure(Labeling labeling) {
    while (labeling.status().audited() < labeling.status().auditSize()) {
      answer(labeling, labeling.next("", Kind.AUDIT));
    }
  }

  @Test
  void atLeastIsAOneSidedLimit() {
    // 500 images, 320 of them remaining, 40 random ones, 4 wrong: D_high is 68 one-sided.
    Audit.Remaining remaining = new Audit.Remaining(320, 40, 4, 0);
    Share share = Audit.folder(remaining, 0, 0, 500, 40, 1);
    assertThat(share.atLeast()).isGreaterThan(share.low()).isLessThan(share.estimate());
    assertThat(share.estimate()).isCloseTo(1 - (32 - 4) / 500.0, EXACT);
    assertThat(Audit.folder(remaining, 0, 0, 500, 40, 2).atLeast())
        .isCloseTo(share.low(), EXACT); // 0.025 after another look
    assertThat(Audit.folder(remaining, 5, 0, 500, 40, 1).high())
        .isCloseTo(share.high() - 0.01, EXACT);
    Share unknown = Audit.folder(remaining, 0, 5, 500, 40, 1);
    assertThat(unknown.atLeast()).isCloseTo(share.atLeast() - 0.01, EXACT);
    assertThat(unknown.high()).isEqualTo(share.high()); // they may be right
    Share chosen = Audit.folder(new Audit.Remaining(320, 40, 4, 5), 0, 0, 500, 40, 1);
    assertThat(chosen.atLeast()).isEqualTo(share.atLeast()); // they may be easier than the others
    assertThat(chosen.high()).isCloseTo(share.high() + 0.01, EXACT);
  }

  @Test
  void saysNothingBeforeTenRandomImagesAreAnswered() {
    try (Labeling labeling = open()) {
      Page audit = labeling.next("", Kind.AUDIT);
      answer(labeling, audit, image -> audit.images().indexOf(image) < 9);
      assertThat(labeling.accuracy().state()).isEqualTo(Accuracy.State.NOT_MEASURED);
      assertThat(labeling.accuracy().folder()).isEmpty();
      answer(labeling, audit, image -> audit.images().indexOf(image) == 9);
      assertThat(labeling.accuracy().state()).isEqualTo(Accuracy.State.MEASURED);
      assertThat(labeling.accuracy().folder().orElseThrow().sample()).isEqualTo(10);
    }
  }

  /** They count as wrong until their own random images are answered. */
  @Test
  void imagesThatJoinedAreUnknownUntilTheyAreMeasured() {
    try (Labeling labeling = open()) {
      measure(labeling);
      assertThat(labeling.accuracy().newImages()).isPresent();
    }
    add(FIRST, 120);
    try (Labeling labeling = open()) {
      Accuracy accuracy = labeling.accuracy();
      assertThat(accuracy.joined()).isEqualTo(new Accuracy.Joined(120, AUDIT));
      assertThat(labeling.status().joined()).isEqualTo(120);
      assertThat(accuracy.folder().orElseThrow().atLeast()).isLessThanOrEqualTo(0.5);
      assertThat(accuracy.newImages()).isEmpty();
      measure(labeling);
      assertThat(labeling.accuracy().joined()).isEqualTo(new Accuracy.Joined(0, 0));
      Share share = labeling.accuracy().folder().orElseThrow();
      assertThat(share.sample()).isEqualTo(2 * AUDIT);
      assertThat(share.atLeast()).isGreaterThan(0.7);
    }
  }

  @Test
  void aLargeArrivalLowersTheRateOfAllParts() {
    try (Labeling labeling = open()) {
      measure(labeling);
    }
    add(FIRST, 800);
    try (Labeling labeling = open()) {
      assertThat(labeling.status().auditSize()).isEqualTo(AUDIT + 50); // not a quarter
      measure(labeling);
      // 50 of 800 is 7.5 of 120.
      assertThat(labeling.accuracy().folder().orElseThrow().sample()).isBetween(57, 58);
    }
  }

  @Test
  void imagesThatAPersonChoseStayInTheMeasuredPart() {
    try (Labeling labeling = open()) {
      measure(labeling);
      double before = labeling.accuracy().folder().orElseThrow().atLeast();
      Map<Path, String> chosen = new LinkedHashMap<>();
      for (LabeledImage each : labeling.current()) {
        boolean isRight = each.name().equals(truth.get(each.key()));
        boolean isLabeled = each.source() != LabeledImage.Source.HEAD;
        if (!isLabeled && isRight && chosen.size() < 40) {
          chosen.put(each.image(), each.name());
        }
      }
      labeling.choose(Sender.of(""), List.of(), chosen);
      // 40 easy images say nothing about the others; only the head may have changed.
      assertThat(labeling.accuracy().folder().orElseThrow().atLeast())
          .isCloseTo(before, Offset.offset(0.06));
    }
  }

  @Test
  void aNewClassAsksForOlderAnswersThatItMayHave() {
    truth.replaceAll((image, name) -> name.equals("c2") ? "" : name);
    try (Labeling labeling = open()) {
      labeling.delete(Sender.of(""), "c2");
      measure(labeling);
      for (int i = 0; i < 5; i++) {
        answer(labeling, labeling.next());
      }
      double before = labeling.accuracy().folder().orElseThrow().atLeast();
      assertThat(labeling.status().none()).isGreaterThan(5);
      labeling.addClasses(Sender.of(""), List.of("c2"));
      assertThat(labeling.accuracy().folder().orElseThrow().atLeast()).isLessThan(before);
      Page audit = labeling.next(); // the random ones, blind
      assertThat(audit.kind()).isEqualTo(Kind.AUDIT);
      truth.replaceAll((image, name) -> name.isEmpty() ? "c2" : name);
      answer(labeling, audit);
      Page again = labeling.next();
      assertThat(again.kind()).isEqualTo(Kind.NONE_AGAIN);
      assertThat(again.proposed()).isEqualTo("c2");
      answer(labeling, again);
      assertThat(labeling.next().kind()).isNotEqualTo(Kind.NONE_AGAIN); // once
    }
  }

  @Test
  void copiesOfRandomImagesDoNotMeasureNewImages() {
    // Each image has a copy with the class of another one: only the copies can be learned.
    for (int i = 0; i < FIRST; i++) {
      pictures.put("%03d".formatted(i), String.valueOf(i / 2));
      if (i % 2 == 1) {
        features.put("%03d".formatted(i), features.get("%03d".formatted(i - 1)));
      }
      truth.put("%03d".formatted(i), "c" + new Random(i / 2).nextInt(3));
    }
    try (Labeling labeling = open()) {
      measure(labeling);
      for (int i = 0; i < 14; i++) {
        answer(labeling, labeling.next());
      }
      double copied = labeling.accuracy().folder().orElseThrow().estimate();
      double alone = labeling.accuracy().newImages().orElseThrow().estimate();
      assertThat(alone).isLessThan(copied).isLessThan(0.65);
    }
  }

  @Test
  void aCheckCountsTheLabelsThatThePersonChanges() {
    try (Labeling labeling = open()) {
      for (Page page = labeling.next(); !page.images().isEmpty(); page = labeling.next()) {
        answer(labeling, page);
      }
      assertThat(labeling.accuracy().state()).isEqualTo(Accuracy.State.ALL_LABELED);
      int asked = 0;
      Page page = labeling.next("", Kind.CHECK);
      assertThat(page.likely().get(0)).isEmpty(); // blind
      for (; !page.images().isEmpty(); page = labeling.next("", Kind.CHECK)) {
        for (Path image : page.images()) {
          String label = truth.getOrDefault(image.toString(), "");
          asked++;
          if (asked > 2) {
            labeling.answer(page, Map.of(image, label));
            continue;
          }
          Answered answered = labeling.answer(page, Map.of(image, Labeling.NONE));
          assertThat(answered.differs()).containsExactly(Map.entry(image, label));
          assertThat(labeling.status().none()).isEqualTo(asked == 1 ? 0 : 1);
          assertThat(labeling.accuracy().check()).isEmpty();
          labeling.decide(
              Sender.of(""), page.number(), image, List.of(), asked == 1 ? Labeling.NONE : label);
        }
      }
      Accuracy accuracy = labeling.accuracy();
      assertThat(accuracy.state()).isEqualTo(Accuracy.State.CHECKED);
      Accuracy.Check check = accuracy.check().orElseThrow();
      assertThat(check.asked()).isEqualTo(50);
      assertThat(check.kept()).isEqualTo(49); // the second one keeps its label
      assertThat(labeling.next("", Kind.CHECK).images()).isEmpty(); // nothing has changed
      Path image = labeling.images().get(0);
      labeling.choose(Sender.of(""), List.of(), Map.of(image, Labeling.NONE));
      assertThat(labeling.accuracy().check().orElseThrow().atLeast())
          .isCloseTo(check.atLeast() - 1.0 / FIRST, EXACT);
    }
  }

  /** Every image has an answered random image as the only one of the best class. */
  @Test
  void allImagesCanBeAnsweredIfTheBestPageHasOnlyRandomImages() {
    try (Labeling labeling = open()) {
      measure(labeling);
      int pages = 0;
      for (Page page = labeling.next(); !page.images().isEmpty(); page = labeling.next()) {
        // Mistakes make pages of few images: each answer is a wrong class in turn.
        Map<Path, String> answers = new LinkedHashMap<>();
        page.images()
            .forEach(image -> answers.put(image, "c" + Math.floorMod(image.hashCode(), 3)));
        labeling.answer(page, answers);
        assertThat(++pages).isLessThan(200);
      }
      assertThat(labeling.status().labeled()).isEqualTo(FIRST);
    }
  }

  /** Whole fifths of the first draw, also for {@code adapt}. */
  @Test
  void theSameRandomImagesMeasureNewOnesInTheSessionAndInItsJournal(@TempDir Path folder)
      throws IOException {
    try (Labeling labeling = open()) {
      Page audit = labeling.next("", Kind.AUDIT);
      answer(labeling, audit, image -> audit.images().indexOf(image) < 14);
      labeling.next("", Kind.MORE_AUDIT);
      labeling.leave("");
      Set<String> measuring =
          labeling.results().stream()
              .filter(each -> each.source() == LabeledImage.Source.AUDIT)
              .map(LabeledImage::key)
              .collect(Collectors.toSet());
      assertThat(measuring).hasSize(12); // two fifths of 30
      assertThat(labeling.accuracy().newImages().orElseThrow().sample()).isEqualTo(12);
      Files.write(
          folder.resolve(LabelJournal.FILE),
          journal.entries().stream().map(JournalEntry::line).toList());
      assertThat(LabelJournal.find(folder).orElseThrow().audit()).isEqualTo(measuring);
    }
  }
}
