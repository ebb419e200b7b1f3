package org.kgcoop.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.kgcoop.journal.JournalEntry;
import org.kgcoop.journal.JournalEntry.Answer;
import org.kgcoop.journal.JournalEntry.Arrival;
import org.kgcoop.journal.JournalEntry.ClassAdded;
import org.kgcoop.journal.JournalEntry.Undo;
import org.kgcoop.journal.Kind;

class LabelSessionTest {
  private static final int D = 8;
  private static final int K = 3;

  private final int n = 60;
  private final Random random = new Random(1);
  private final double[][] centers = new double[K][];
  private final int[] truth = new int[n];
  private final float[][] features = new float[n][];

  LabelSessionTest() {
    for (int c = 0; c < K; c++) {
      centers[c] = MemorySource.unit(random.doubles(D, -1, 1).toArray());
    }
    for (int i = 0; i < n; i++) {
      truth[i] = i % K;
      double[] noisy = new double[D];
      for (int d = 0; d < D; d++) {
        noisy[d] = centers[truth[i]][d] + 0.25 * random.nextGaussian();
      }
      features[i] = MemorySource.feature(noisy);
    }
  }

  private LabelSession session(int audit) {
    return session(audit, n);
  }

  /** Returns a session in which the first images of its order are read. */
  private LabelSession session(int audit, int read) {
    List<String> images = IntStream.range(0, n).mapToObj("%03d"::formatted).toList();
    JournalEntry.Start start = new JournalEntry.Start(2, 1, "", n, "", 6, audit, 90);
    LabelSession session =
        new LabelSession(
            images,
            Map.of(),
            names ->
                names.stream()
                    .map(name -> centers[Integer.parseInt(name.substring(1))])
                    .toArray(double[][]::new),
            20,
            start);
    session.apply(start);
    session.apply(new Arrival(images, AuditImages.sample(images, audit, 1)));
    read(session, read);
    session.apply(session.growth().orElseThrow());
    for (int c = 0; c < K; c++) {
      session.apply(new ClassAdded(c, "c" + c, null, null, null));
    }
    return session;
  }

  /** Reads the first images of the order, and those that the answers need. */
  private void read(LabelSession session, int count) {
    Map<Integer, float[]> vectors = new HashMap<>();
    session.needed().forEach(i -> vectors.put(i, features[i]));
    IntStream.range(0, count).map(session.order()::image).forEach(i -> vectors.put(i, features[i]));
    session.read(vectors, List.of());
  }

  private Answer answer(LabelSession session, LabelSession.Proposal proposal) {
    Map<String, Integer> labels = new LinkedHashMap<>();
    proposal.shown().forEach(i -> labels.put(session.state().images().get(i), truth[i]));
    int step = session.state().nextStep();
    Answer page =
        new Answer(
            step,
            proposal.kind(),
            proposal.proposed(),
            labels,
            proposal.passed().stream().map(session.state().images()::get).toList(),
            List.of(),
            List.of(),
            null,
            null,
            null,
            Map.of());
    session.apply(page);
    return page;
  }

  @Test
  void aClosedSessionComputesNothing() {
    LabelSession session = session(12);
    answer(session, session.next(Kind.PAGE, List.of()));
    session.close();
    assertThatIllegalStateException().isThrownBy(() -> session.head().fit());
  }

  @Test
  void asksEachImageOnceUntilNothingIsLeft() {
    try (LabelSession session = session(12)) {
      Set<Integer> shown = new HashSet<>();
      for (LabelSession.Proposal next = session.next(Kind.PAGE, List.of());
          !next.shown().isEmpty();
          next = session.next(Kind.PAGE, List.of())) {
        for (int image : next.shown()) {
          assertThat(shown.add(image)).as("image %s", image).isTrue();
          assertThat(session.state().isAudit(image)).isEqualTo(next.kind() == Kind.AUDIT);
        }
        answer(session, next);
      }
      assertThat(shown).hasSize(n);
      Share folder = new SessionAccuracy(session).all().folder().orElseThrow();
      assertThat(folder.low()).isEqualTo(1);
      assertThat(folder.high()).isEqualTo(1);
    }
  }

  @Test
  void showsTheSameAfterAReplayOfTheSameEntries() {
    List<JournalEntry> entries = new ArrayList<>();
    LabelSession.Proposal expected;
    try (LabelSession session = session(12)) {
      for (int i = 0; i < 5; i++) {
        entries.add(answer(session, session.next(Kind.PAGE, List.of())));
      }
      expected = session.next(Kind.PAGE, List.of());
    }
    try (LabelSession session = session(12)) {
      entries.forEach(session::apply);
      assertThat(session.next(Kind.PAGE, List.of())).isEqualTo(expected);
    }
  }

  @Test
  void proposesTheSameAfterAnUndo() {
    try (LabelSession session = session(0)) {
      answer(session, session.next(Kind.PAGE, List.of()));
      LabelSession.Proposal before = session.next(Kind.PAGE, List.of());
      Answer page = answer(session, before);
      session.next(Kind.PAGE, List.of());
      session.apply(new Undo(page.step(), null, null));
      assertThat(session.next(Kind.PAGE, List.of())).isEqualTo(before);
    }
  }

  @Test
  void doesNotOfferImagesOfAnotherBrowser() {
    try (LabelSession session = session(0)) {
      LabelSession.Proposal first = session.next(Kind.PAGE, List.of());
      LabelSession.Proposal second = session.next(Kind.PAGE, List.of(first));
      assertThat(second.shown()).isNotEmpty().doesNotContainAnyElementsOf(first.shown());
    }
  }

  @Test
  void asksAFifthOfTheAuditAfterTwentyLabels() {
    try (LabelSession session = session(10)) {
      while (session.state().labeled().size() < 20) {
        LabelSession.Proposal next = session.next(Kind.PAGE, List.of());
        // Only passed images are asked earlier.
        assertThat(next.kind() != Kind.AUDIT || session.state().isPassed(next.shown().get(0)))
            .isTrue();
        answer(session, next);
      }
      long answered =
          session.state().firstDraw().stream().filter(session.state()::isLabeled).count();
      if (answered < 2) {
        assertThat(session.next(Kind.PAGE, List.of()).kind()).isEqualTo(Kind.AUDIT);
      }
      assertThat(session.next(Kind.AUDIT, List.of()).shown()).isNotEmpty();
      // The person asked for it, so that it comes before the audit.
      assertThat(session.next(Kind.UNUSUAL, List.of()).kind()).isEqualTo(Kind.UNUSUAL);
    }
  }

  @Test
  void countsSkippedImagesAsWrongUntilTheyAreDecided() {
    try (LabelSession session = session(12)) {
      for (int i = 0; i < 3; i++) { // so that each class was shown outside the audit
        answer(session, session.next(Kind.PAGE, List.of()));
      }
      answer(session, session.next(Kind.AUDIT, List.of()));
      double before = new SessionAccuracy(session).all().folder().orElseThrow().estimate();
      LabelSession.Proposal next = session.next(Kind.PAGE, List.of());
      Map<String, Integer> skipped = new LinkedHashMap<>();
      next.shown().forEach(i -> skipped.put(session.state().images().get(i), JournalEntry.SKIP));
      session.apply(
          new Answer(
              99,
              next.kind(),
              next.proposed(),
              skipped,
              List.of(),
              List.of(),
              List.of(),
              null,
              null,
              null,
              Map.of()));
      assertThat(new SessionAccuracy(session).all().folder().orElseThrow().estimate())
          .isLessThan(before);
    }
  }

  @Test
  void findsALabelThatContradictsTheOthers() {
    try (LabelSession session = session(0)) {
      Map<String, Integer> labels = new LinkedHashMap<>();
      IntStream.range(0, n).forEach(i -> labels.put("%03d".formatted(i), truth[i]));
      labels.put("007", (truth[7] + 1) % K);
      session.apply(
          new Answer(
              1, Kind.PAGE, 0, labels, List.of(), List.of(), List.of(), null, null, null,
              Map.of()));
      assertThat(session.head().suspicious()).contains(7);
      assertThat(session.head().suspicious().size()).isLessThan(n / 4);
    }
  }

  @Test
  void classifiesTheRestWithAllLabels() {
    try (LabelSession session = session(12)) {
      for (int i = 0; i < 4; i++) {
        answer(session, session.next(Kind.PAGE, List.of()));
      }
      Map<Integer, SessionHead.Guess> result = session.result();
      long right = IntStream.range(0, n).filter(i -> result.get(i).label() == truth[i]).count();
      assertThat(right).isGreaterThan(n * 8 / 10);
    }
  }

  @Test
  void takesTheNewestLabelsAndAPartOfTheOthersAsRows() {
    List<Integer> labeled = IntStream.range(0, 3_100).boxed().toList();
    List<Integer> rows = SessionHead.rows(labeled, 1);
    assertThat(rows).hasSizeLessThanOrEqualTo(2_000).doesNotHaveDuplicates();
    assertThat(rows).containsAll(labeled.subList(2_100, 3_100));
    // The random part stays for a while, so that the factor is not computed anew each time.
    List<Integer> more = IntStream.range(0, 3_101).boxed().toList();
    assertThat(SessionHead.rows(more, 1).subList(0, rows.size())).isEqualTo(rows);
  }

  @Test
  void choosesAmongTheImagesThatJoined() {
    try (LabelSession session = session(12, 30)) {
      Set<Integer> first = Set.copyOf(session.working());
      assertThat(first).hasSize(30);
      assertThat(session.growth()).isEmpty();
      LabelSession.Proposal next = session.next(Kind.PAGE, List.of());
      assertThat(first).containsAll(next.shown()).containsAll(next.passed());
      Answer page = answer(session, next);
      read(session, 33);
      assertThat(session.growth()).isEmpty(); // too few for another fit
      assertThat(session.next(Kind.PAGE, List.of()).shown()).allMatch(first::contains);
      read(session, 40);
      JournalEntry.Read read = session.growth().orElseThrow();
      assertThat(read.images()).isEqualTo(40);
      session.apply(read);
      assertThat(session.working()).doesNotContainAnyElementsOf(next.shown());
      assertThat(session.isWaiting()).isTrue();
      session.apply(new Undo(page.step(), null, null)); // its images are chosen again
      assertThat(session.working()).hasSize(40);
      answer(session, session.next(Kind.PAGE, List.of()));
      read(session, n);
      session.apply(session.growth().orElseThrow());
      int labeled = session.state().labeled().get(0);
      assertThat(session.head().isInPool(labeled)).isFalse();
      assertThat(session.head().likely(labeled, 2)).hasSize(2); // it may be asked again
      assertThat(session.next(Kind.AUDIT, List.of()).shown()).hasSize(12);
    }
  }

  @Test
  void theNextPageDependsOnTheEntriesAndNotOnWhatIsRead() {
    List<JournalEntry> entries = new ArrayList<>();
    LabelSession.Proposal expected;
    try (LabelSession session = session(12, 30)) {
      entries.add(answer(session, session.next(Kind.PAGE, List.of())));
      read(session, 45);
      entries.add(session.growth().orElseThrow());
      session.apply(entries.get(1));
      entries.add(answer(session, session.next(Kind.PAGE, List.of())));
      expected = session.next(Kind.PAGE, List.of());
    }
    try (LabelSession session = session(12, 30)) {
      read(session, n);
      entries.forEach(session::apply);
      assertThat(session.next(Kind.PAGE, List.of())).isEqualTo(expected);
    }
  }

  @Test
  void waitsForImagesThatAreNotRead() {
    try (LabelSession session = session(0, 12)) {
      while (!session.next(Kind.PAGE, List.of()).shown().isEmpty()) {
        answer(session, session.next(Kind.PAGE, List.of()));
      }
      assertThat(session.isWaiting()).isTrue();
      read(session, 13); // one image is enough if there is no other
      session.apply(session.growth().orElseThrow());
      assertThat(session.next(Kind.PAGE, List.of()).shown()).hasSize(1);
    }
  }

  @Test
  void anUnreadableImageLeavesTheAuditAndTheFolder() {
    try (LabelSession session = session(12)) {
      for (int i = 0; i < 3; i++) {
        answer(session, session.next(Kind.PAGE, List.of()));
      }
      answer(session, session.next(Kind.AUDIT, List.of()));
      int bad = session.state().firstDraw().get(0);
      session.read(Map.of(), List.of(bad));
      session.setCopies(Map.of());
      assertThat(session.state().firstDraw()).hasSize(11).doesNotContain(bad);
      assertThat(new SessionAccuracy(session).all().newImages().orElseThrow().sample())
          .isEqualTo(11);
      assertThat(session.next(Kind.PAGE, List.of()).shown()).doesNotContain(bad);
    }
  }

  /**
   * Another browser shows the image at the moment. It must not hide from the pages: the audit would
   * keep more doubtful images than the folder.
   */
  @Test
  void passesAnAuditImageThatAnotherBrowserShows() {
    try (LabelSession session = session(12)) {
      LabelSession.Proposal alone = session.next(Kind.PAGE, List.of());
      for (int i = 0; alone.passed().isEmpty() && i < 20; i++) {
        answer(session, alone);
        alone = session.next(Kind.PAGE, List.of());
      }
      assertThat(alone.passed()).isNotEmpty();
      LabelSession.Proposal asked = session.next(Kind.AUDIT, List.of());
      assertThat(asked.shown()).containsAll(alone.passed());
      LabelSession.Proposal other = session.next(alone.kind(), List.of(asked));
      assertThat(other.shown()).isEqualTo(alone.shown());
      assertThat(other.passed()).isEqualTo(alone.passed());
    }
  }

  /** If the first browser gives up its page, the images that it passed must be there again. */
  @Test
  void doesNotPassWhatThePageOfAnotherBrowserPasses() {
    try (LabelSession session = session(12)) {
      LabelSession.Proposal first = session.next(Kind.PAGE, List.of());
      for (int i = 0; first.passed().isEmpty() && i < 20; i++) {
        answer(session, first);
        first = session.next(Kind.PAGE, List.of());
      }
      LabelSession.Proposal second = session.next(Kind.PAGE, List.of(first));
      assertThat(second.passed()).doesNotContainAnyElementsOf(first.passed());
    }
  }
}
