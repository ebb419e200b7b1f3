package org.kgcoop.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.clip.Clip;
import org.kgcoop.example.PetLabels;
import org.kgcoop.fixtures.TestImages;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.journal.Kind;
import org.kgcoop.journal.LabelJournal;

class LabelingTest {
  private static final int PER_CLASS = 15;
  private static final int PAGE = 6;
  private static Clip clip;
  @TempDir static Path shared;

  @TempDir Path folder;
  private Path photos;
  private final Map<Path, String> truth = new HashMap<>();
  private final List<String> warnings = new ArrayList<>();

  @BeforeAll
  static void load() {
    clip = TinyClip.load();
    TestImages.dataSet(shared, List.of("red", "blue", "gray"), PER_CLASS, 0, 0);
  }

  @AfterAll
  static void close() {
    clip.close();
  }

  @BeforeEach
  void copy() throws IOException {
    photos = folder.resolve("photos");
    Files.createDirectories(photos);
    for (String name : List.of("red", "blue", "gray")) {
      for (int i = 0; i < PER_CLASS; i++) {
        Path image = Path.of("%02d-%s.png".formatted((i * 7 + name.length()) % 97, name));
        Files.copy(
            shared.resolve("train").resolve(name).resolve("p" + i + ".png"), photos.resolve(image));
        truth.put(image, name);
      }
    }
  }

  private Labeling.Builder builder() {
    return Labeling.of(photos, clip)
        .classes("red", "blue", "gray")
        .audit(10)
        .pageSize(PAGE)
        .warnings(warnings::add);
  }

  private Labeling open() {
    return builder().open();
  }

  private Map<Path, String> answers(Page page) {
    Map<Path, String> answers = new LinkedHashMap<>();
    page.images().forEach(image -> answers.put(image, truth.get(image)));
    return answers;
  }

  private Path journal() {
    return folder.resolve("photos.labels").resolve(LabelJournal.FILE);
  }

  @Test
  void labelsAFolderAndWritesEveryAnswer() throws IOException {
    int answered = 0;
    try (Labeling labeling = open()) {
      for (Page page = labeling.next(); !page.images().isEmpty(); page = labeling.next()) {
        assertThat(page.likely()).hasSameSizeAs(page.images());
        assertThat(page.likely().get(0).isEmpty()).isEqualTo(page.kind() == Kind.AUDIT);
        labeling.answer(page, answers(page));
        answered += page.images().size();
        assertThat(Files.readString(journal())).endsWith("}\n");
      }
      assertThat(answered).isEqualTo(3 * PER_CLASS);
      assertThat(labeling.status().labeled()).isEqualTo(answered);
      assertThat(labeling.status().canStop()).isTrue();
      assertThat(labeling.accuracy().state()).isEqualTo(Accuracy.State.ALL_LABELED);
      assertThat(labeling.results())
          .allSatisfy(
              result -> {
                assertThat(result.name()).isEqualTo(truth.get(result.image()));
                assertThat(result.source()).isNotEqualTo(LabeledImage.Source.HEAD);
              });
    }
    assertThat(LabelJournal.find(photos).orElseThrow().audit()).hasSize(10);
  }

  @Test
  void anInterruptedThreadThatAnswersHarmsNoOther() {
    try (Labeling labeling = open()) {
      Page first = labeling.next("a");
      Page second = labeling.next("b");
      Thread.currentThread().interrupt();
      try {
        labeling.answer(Sender.of("a"), first.number(), List.of(), answers(first), 0);
      } finally {
        assertThat(Thread.interrupted()).isTrue();
      }
      labeling.answer(Sender.of("b"), second.number(), List.of(), answers(second), 0);
      assertThat(labeling.status().labeled())
          .isEqualTo(first.images().size() + second.images().size());
    }
  }

  @Test
  void continuesWhereItStopped() {
    Page expected;
    try (Labeling labeling = open()) {
      for (int i = 0; i < 2; i++) {
        Page page = labeling.next();
        labeling.answer(page, answers(page));
      }
      expected = labeling.next();
    }
    try (Labeling labeling = open()) {
      assertThat(labeling.status().steps()).isEqualTo(2);
      Page page = labeling.next();
      assertThat(page.images()).isEqualTo(expected.images());
      assertThat(page.likely()).isEqualTo(expected.likely());
    }
  }

  @Test
  void showsExactlyTheImagesThatAPersonTookBack() {
    try (Labeling labeling = open()) {
      Page page = labeling.next("a");
      Map<Path, String> answers = answers(page);
      labeling.answer(Sender.of("a"), page.number(), List.of(), answers, 1.5);
      Page other = labeling.next("b");
      labeling.answer(Sender.of("b"), other.number(), List.of(), answers(other), 0);
      assertThat(labeling.undoable("a"))
          .contains(new UndoOffer.Answers(page.kind(), answers.size()));
      assertThat(labeling.undo(Sender.of("a")).orElseThrow().former()).isEqualTo(answers);
      assertThat(labeling.status().labeled()).isEqualTo(other.images().size());
      Page again = labeling.next("a");
      assertThat(again.images()).isEqualTo(page.images());
      assertThat(again.former()).isEqualTo(answers);
      assertThat(again.kind()).isEqualTo(page.kind());
      assertThat(labeling.undo(Sender.of("a"))).isEmpty();
      assertThat(labeling.undo(Sender.of("c"))).isEmpty();
    }
  }

  @Test
  void aPageStaysOpenForItsOtherImages() {
    try (Labeling labeling = open()) {
      Page page = labeling.next("a");
      Path first = page.images().get(0);
      Answered answered =
          labeling.answer(Sender.of("a"), page.number(), List.of(), Map.of(first, "red"), 0);
      assertThat(answered.leftOut()).isEmpty();
      assertThat(labeling.status().labeled()).isEqualTo(1);
      // A second answer of this page to the image does not count.
      assertThat(
              labeling
                  .answer(Sender.of("a"), page.number(), List.of(), Map.of(first, "blue"), 0)
                  .leftOut())
          .containsExactly(first);
      labeling.choose(Sender.of("b"), List.of(), Map.of(page.images().get(1), "gray"));
      Map<Path, String> rest = answers(page);
      rest.remove(first);
      assertThat(labeling.answer(Sender.of("a"), page.number(), List.of(), rest, 0).leftOut())
          .containsExactly(page.images().get(1));
      assertThat(labeling.status().labeled()).isEqualTo(page.images().size());
      assertThatExceptionOfType(StalePageException.class)
          .isThrownBy(() -> labeling.answer(Sender.of("b"), page.number(), List.of(), rest, 0));
    }
  }

  @Test
  void theImagesOfAPersonWhoLeavesAreFree() {
    try (Labeling labeling = open()) {
      Page page = labeling.next("a");
      assertThat(labeling.next("b").images()).doesNotContainAnyElementsOf(page.images());
      labeling.leave("a");
      assertThat(labeling.next("b").images()).isEqualTo(page.images());
      assertThatExceptionOfType(StalePageException.class)
          .isThrownBy(
              () -> labeling.answer(Sender.of("a"), page.number(), List.of(), answers(page), 0));
    }
  }

  @Test
  void deletesAClassWithoutImages() {
    try (Labeling labeling = open()) {
      Page page = labeling.next();
      Path first = page.images().get(0);
      labeling.answer(page, Map.of(first, "gray"));
      assertThatExceptionOfType(KgCoopException.class)
          .isThrownBy(() -> labeling.delete(Sender.of("a"), "gray"))
          .withMessageContaining("has images");
      labeling.addClasses(Sender.of("a"), List.of("teal"));
      labeling.delete(Sender.of("b"), "Teal");
      assertThat(labeling.classes()).containsExactly("red", "blue", "gray");
      assertThat(labeling.undoable("b"))
          .contains(new UndoOffer.ClassChange(UndoOffer.Change.DELETED, "teal"));
      assertThat(labeling.undo(Sender.of("b")).orElseThrow().former()).isEmpty();
      assertThat(labeling.undo(Sender.of("a"))).isPresent();
      assertThat(labeling.classes()).containsExactly("red", "blue", "gray");
    }
  }

  @Test
  void aDeletedClassWithExamplesIsAddedAgain() {
    Path examples = folder.resolve("examples");
    TestImages.dataSet(examples, List.of("teal"), 0, 1, 0);
    try (Labeling labeling = builder().classes("red", "blue", "gray", "teal").open()) {
      labeling.delete(Sender.of("a"), "teal");
    }
    try (Labeling labeling = builder().classes("red", "blue", "gray", "teal").open()) {
      assertThat(labeling.classes()).containsExactly("red", "blue", "gray");
    }
    try (Labeling labeling = builder().labeled(examples.resolve("val")).open()) {
      assertThat(labeling.classes()).containsExactly("red", "blue", "gray", "teal");
      assertThat(labeling.examples()).hasSize(1);
      for (int i = 0; i < 3; i++) {
        Page page = labeling.next();
        labeling.answer(page, answers(page));
      }
      assertThat(labeling.next().likely().get(0)).isNotNull();
    }
  }

  @Test
  void aProgramChoosesImagesButNotTheRandomOnes() {
    try (Labeling labeling = open()) {
      Page audit = labeling.next("a", Kind.AUDIT);
      Path hidden = audit.images().get(0);
      assertThatExceptionOfType(KgCoopException.class)
          .isThrownBy(() -> labeling.choose(Sender.of("a"), List.of(), Map.of(hidden, "red")))
          .withMessageContaining("random image");
      labeling.answer(Sender.of("a"), audit.number(), List.of(), answers(audit), 0);
      labeling.choose(Sender.of("a"), List.of(), Map.of(hidden, "blue")); // it may be changed now
      assertThat(labeling.undo(Sender.of("a")).orElseThrow().kind()).isEqualTo(Kind.CHOSEN);
      assertThat(labeling.status().labeled()).isEqualTo(audit.images().size());
    }
  }

  @Test
  void refusesAnswersThatDoNotFit() {
    try (Labeling labeling = open()) {
      Page page = labeling.next();
      Map<Path, String> answers = answers(page);
      answers.put(page.images().get(0), "purple");
      assertThatExceptionOfType(KgCoopException.class)
          .isThrownBy(() -> labeling.answer(page, answers))
          .withMessageContaining("purple");
      Map<Path, String> others = Map.of(Path.of("no.png"), "red");
      assertThatExceptionOfType(KgCoopException.class)
          .isThrownBy(() -> labeling.answer(page, others))
          .withMessageContaining("not in the folder");
      assertThatExceptionOfType(KgCoopException.class)
          .isThrownBy(() -> labeling.answer(page, Map.of()));
      assertThat(labeling.status().labeled()).isZero();
    }
  }

  @Test
  void addsRenamesAndMergesClasses() {
    try (Labeling labeling = open()) {
      labeling.addClasses(Sender.of(""), List.of(" teal "));
      assertThat(labeling.classes()).containsExactly("red", "blue", "gray", "teal");
      for (String bad :
          List.of(
              "TEAL", "", " ", "x".repeat(201), "a\nb", "None of these", "skipped", "nul", "a.")) {
        assertThatExceptionOfType(KgCoopException.class)
            .isThrownBy(() -> labeling.addClasses(Sender.of(""), List.of(bad)));
      }
      labeling.rename(Sender.of(""), "teal", "Teal");
      labeling.merge(Sender.of(""), "Teal", "blue");
      assertThat(labeling.classes()).containsExactly("red", "blue", "gray");
      assertThatExceptionOfType(KgCoopException.class)
          .isThrownBy(() -> labeling.rename(Sender.of(""), "red", "blue"))
          .withMessageContaining("merge");
    }
    try (Labeling labeling = open()) {
      assertThat(labeling.classes()).containsExactly("red", "blue", "gray");
    }
  }

  @Test
  void opensInOneProcessAtATime() {
    try (Labeling labeling = open()) {
      assertThatExceptionOfType(KgCoopException.class)
          .isThrownBy(this::open)
          .withMessageContaining("another process");
      assertThat(labeling.next().images()).isNotEmpty();
    }
  }

  @Test
  void givesEqualFilesOneLabel() throws IOException {
    Path image = truth.keySet().stream().sorted().findFirst().orElseThrow();
    Files.copy(photos.resolve(image), photos.resolve("zz-copy.png"));
    try (Labeling labeling = open()) {
      assertThat(labeling.status().images()).isEqualTo(3 * PER_CLASS);
      assertThat(labeling.results()).hasSize(3 * PER_CLASS + 1);
    }
  }

  @Test
  void takesImagesThatJoinedAndReportsThoseThatLeft() throws IOException {
    Page page;
    try (Labeling labeling = open()) {
      page = labeling.next();
      labeling.answer(page, answers(page));
      Page audit = labeling.next("", Kind.AUDIT);
      labeling.answer(audit, answers(audit));
      labeling.awaitImages();
      assertThat(labeling.accuracy().newImages()).isPresent();
    }
    Files.delete(photos.resolve(page.images().get(0)));
    TestImages.dataSet(folder.resolve("more"), List.of("a", "b", "c", "d"), 1, 0, 0);
    Files.copy(
        folder.resolve("more").resolve("train").resolve("d").resolve("p0.png"),
        photos.resolve("new.png"));
    try (Labeling labeling = open()) {
      assertThat(warnings).anySatisfy(line -> assertThat(line).contains("not in the folder"));
      assertThat(labeling.status().images()).isEqualTo(3 * PER_CLASS);
      labeling.awaitImages();
      assertThat(labeling.accuracy().newImages()).isEmpty();
      assertThat(labeling.accuracy().folder()).isPresent();
    }
  }

  @Test
  void dropsALastLineThatWasCut() throws IOException {
    try (Labeling labeling = open()) {
      Page page = labeling.next();
      labeling.answer(page, answers(page));
    }
    String whole = Files.readString(journal());
    Files.writeString(journal(), "{\"op\":\"page\",\"st", StandardOpenOption.APPEND);
    try (Labeling labeling = open()) {
      assertThat(warnings).anySatisfy(line -> assertThat(line).contains("was cut"));
      assertThat(Files.readString(journal())).isEqualTo(whole);
      assertThat(labeling.status().steps()).isEqualTo(1);
    }
  }

  @Test
  void rejectsADamagedJournalWithTheNumberOfTheLine() throws IOException {
    try (Labeling labeling = open()) {
      assertThat(labeling.next().images()).isNotEmpty();
    }
    List<String> lines = Files.readAllLines(journal());
    for (String bad :
        List.of(
            "no JSON",
            "{\"op\":\"nothing\"}",
            "{\"op\":\"undo\",\"step\":9}",
            "null",
            "{\"op\":\"page\",\"labels\":{\"a\":null}}")) {
      Files.write(journal(), Stream.concat(lines.stream(), Stream.of(bad)).toList());
      assertThatExceptionOfType(KgCoopException.class)
          .isThrownBy(this::open)
          .withMessageContaining("line " + (lines.size() + 1));
    }
  }

  @Test
  void rejectsAnotherClip() throws IOException {
    try (Labeling labeling = open()) {
      assertThat(labeling.classes()).hasSize(3);
    }
    Files.writeString(
        journal(), Files.readString(journal()).replace(clip.fingerprint(), "0".repeat(64)));
    assertThatExceptionOfType(KgCoopException.class)
        .isThrownBy(this::open)
        .withMessageContaining("another CLIP")
        .withMessageContaining("--clip");
    Files.writeString(journal(), Files.readString(journal()).replace("\"page\":6", "\"page\":-2"));
    assertThatExceptionOfType(KgCoopException.class)
        .isThrownBy(this::open)
        .withMessageContaining("line 1")
        .matches(e -> e.category() == KgCoopException.Category.DATA);
  }

  @Test
  void saysTheClassOfEachImageAtTheMoment() {
    try (Labeling labeling = open()) {
      Page page = labeling.next();
      labeling.answer(page, answers(page));
      assertThat(labeling.current())
          .hasSize(3 * PER_CLASS)
          .allSatisfy(
              each -> {
                boolean isAnswered = page.images().contains(each.image());
                assertThat(each.source() == LabeledImage.Source.HEAD).isNotEqualTo(isAnswered);
                assertThat(each.name())
                    .isEqualTo(
                        isAnswered
                            ? truth.get(each.image())
                            : labeling.likely(each.image(), 1).get(0));
              });
    }
  }

  @Test
  void asksForASecondClass() throws IOException {
    try (Labeling labeling = Labeling.of(photos, clip).session(folder.resolve("empty")).open()) {
      assertThatExceptionOfType(KgCoopException.class)
          .isThrownBy(labeling::next)
          .withMessageContaining("two classes");
      for (Kind kind : List.of(Kind.UNUSUAL, Kind.CHECK)) {
        assertThatExceptionOfType(KgCoopException.class)
            .isThrownBy(() -> labeling.next("a", kind))
            .withMessageContaining("two classes");
      }
      assertThat(labeling.overview(0)).isEmpty();
      assertThat(labeling.likely(labeling.images().get(0), 1)).isEmpty();
      assertThat(labeling.current()).allMatch(each -> each.name().equals(Labeling.NONE));
      assertThat(labeling.accuracy().state()).isEqualTo(Accuracy.State.NOT_MEASURED);
    }
  }

  /** The program of the guide, which knows only cats and dogs. */
  @Test
  void aProgramWritesTheResults() throws IOException {
    Path out = folder.resolve("runs/pets");
    PetLabels.label(
        photos, clip, image -> image.toString().contains("red") ? "cat" : "dog", out, 0.02);
    assertThat(Files.readAllLines(out.resolve("labels.csv")))
        .hasSize(1 + 3 * PER_CLASS)
        .startsWith("image,class,source,probability")
        .anyMatch(line -> line.endsWith(",person,1.0000"))
        .anyMatch(line -> line.contains(",head,"));
    assertThat(Files.readString(out.resolve(LabelJournal.FILE)))
        .isEqualTo(Files.readString(journal()));
    assertThat(ClassifierFile.read(out).classNames()).containsExactly("cat", "dog");
    PetLabels.label(photos, clip, image -> "dog", out, 0.02); // again, into the same folder
    Path other = Files.createDirectories(folder.resolve("other"));
    Files.writeString(other.resolve("classifier.safetensors"), "of somebody else");
    assertThatExceptionOfType(KgCoopException.class)
        .isThrownBy(() -> PetLabels.label(photos, clip, image -> "dog", other, 0.02))
        .withMessageContaining("expected an empty folder");
  }
}
