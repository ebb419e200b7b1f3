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
import org.kgcoop.files.FailingDisk;
import org.kgcoop.fixtures.TestImages;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.runs.LabelJournal;

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

  private Labeling.Options options() {
    Labeling.Options defaults = Labeling.Options.defaults();
    return new Labeling.Options(
        List.of("red", "blue", "gray"),
        null,
        defaults.template(),
        null,
        8,
        90,
        PAGE,
        1,
        warnings::add,
        defaults.progress(),
        defaults.cancelled(),
        null);
  }

  private Labeling open() {
    return Labeling.open(photos, clip, options());
  }

  private Map<Path, String> answers(Labeling.Page page) {
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
      for (Labeling.Page page = labeling.next(); !page.images().isEmpty(); page = labeling.next()) {
        assertThat(page.likely().isEmpty()).isEqualTo(page.kind().equals("audit"));
        labeling.answer(page, answers(page));
        answered += page.images().size();
        assertThat(Files.readString(journal())).endsWith("}\n");
      }
      assertThat(answered).isEqualTo(3 * PER_CLASS);
      assertThat(labeling.status().labeled()).isEqualTo(answered);
      assertThat(labeling.status().canStop()).isTrue();
      assertThat(labeling.results())
          .allSatisfy(
              result -> {
                assertThat(result.name()).isEqualTo(truth.get(result.image()));
                assertThat(result.source()).isNotEqualTo(LabeledImage.Source.HEAD);
              });
    }
    assertThat(LabelJournal.find(photos).orElseThrow().audit()).hasSize(8);
  }

  @Test
  void continuesWhereItStopped() {
    Labeling.Page expected;
    try (Labeling labeling = open()) {
      for (int i = 0; i < 2; i++) {
        Labeling.Page page = labeling.next();
        labeling.answer(page, answers(page));
      }
      expected = labeling.next();
    }
    try (Labeling labeling = open()) {
      assertThat(labeling.status().steps()).isEqualTo(2);
      Labeling.Page page = labeling.next();
      assertThat(page.images()).isEqualTo(expected.images());
      assertThat(page.likely()).isEqualTo(expected.likely());
    }
  }

  @Test
  void takesBackTheLastStep() {
    try (Labeling labeling = open()) {
      Labeling.Page page = labeling.next();
      labeling.answer(page, answers(page));
      assertThat(labeling.undo()).isEqualTo(page.images());
      assertThat(labeling.status().labeled()).isZero();
      assertThat(labeling.next().images()).isEqualTo(page.images());
      assertThat(labeling.undo()).isEmpty();
    }
  }

  @Test
  void refusesAnAnswerToAPageThatIsNotOpen() {
    try (Labeling labeling = open()) {
      Labeling.Page page = labeling.next("first", "");
      Labeling.Page other = labeling.next("second", "");
      assertThat(other.images()).doesNotContainAnyElementsOf(page.images());
      labeling.answer(page, answers(page));
      assertThatExceptionOfType(StalePageException.class)
          .isThrownBy(() -> labeling.answer(page, answers(page)));
      labeling.undo();
      assertThatExceptionOfType(StalePageException.class)
          .isThrownBy(() -> labeling.answer(other, answers(other)));
    }
  }

  @Test
  void refusesAnswersThatDoNotFit() {
    try (Labeling labeling = open()) {
      Labeling.Page page = labeling.next();
      Map<Path, String> answers = answers(page);
      answers.put(page.images().get(0), "purple");
      assertThatExceptionOfType(KgCoopException.class)
          .isThrownBy(() -> labeling.answer(page, answers))
          .withMessageContaining("purple");
      answers.remove(page.images().get(0));
      assertThatExceptionOfType(KgCoopException.class)
          .isThrownBy(() -> labeling.answer(page, answers))
          .withMessageContaining("no answer");
      assertThat(labeling.status().labeled()).isZero();
    }
  }

  @Test
  void addsRenamesAndMergesClasses() {
    try (Labeling labeling = open()) {
      labeling.addClass(" teal ");
      assertThat(labeling.classes()).containsExactly("red", "blue", "gray", "teal");
      for (String bad : List.of("TEAL", "", " ", "x".repeat(201), "a\nb")) {
        assertThatExceptionOfType(KgCoopException.class).isThrownBy(() -> labeling.addClass(bad));
      }
      labeling.rename("teal", "Teal");
      labeling.merge("Teal", "blue");
      assertThat(labeling.classes()).containsExactly("red", "blue", "gray");
      assertThatExceptionOfType(KgCoopException.class)
          .isThrownBy(() -> labeling.rename("red", "blue"))
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
    Labeling.Page page;
    try (Labeling labeling = open()) {
      page = labeling.next();
      labeling.answer(page, answers(page));
      Labeling.Page audit = labeling.next("", "audit");
      labeling.answer(audit, answers(audit));
      assertThat(labeling.status().newImages()).isPresent();
    }
    Files.delete(photos.resolve(page.images().get(0)));
    TestImages.dataSet(folder.resolve("more"), List.of("a", "b", "c", "d"), 1, 0, 0);
    Files.copy(
        folder.resolve("more").resolve("train").resolve("d").resolve("p0.png"),
        photos.resolve("new.png"));
    try (Labeling labeling = open()) {
      assertThat(warnings).anySatisfy(line -> assertThat(line).contains("not in the folder"));
      assertThat(labeling.status().images()).isEqualTo(3 * PER_CLASS);
      assertThat(labeling.status().newImages()).isEmpty();
      assertThat(labeling.status().folder()).isPresent();
    }
  }

  @Test
  void dropsALastLineThatWasCut() throws IOException {
    try (Labeling labeling = open()) {
      Labeling.Page page = labeling.next();
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
    for (String bad : List.of("no JSON", "{\"op\":\"nothing\"}", "{\"op\":\"undo\",\"step\":9}")) {
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
        .withMessageContaining(clip.fingerprint())
        .withMessageContaining("0".repeat(64));
  }

  @Test
  void losesAtMostTheUnansweredPage() throws IOException {
    for (FailingDisk.End end : FailingDisk.End.values()) {
      for (int at = 1; ; at++) {
        Path session = folder.resolve(end + "-" + at);
        int answered = 0;
        boolean ended;
        try (FailingDisk disk = new FailingDisk(at, end)) {
          try (Labeling labeling = Labeling.open(photos, clip, options().withSession(session))) {
            for (int i = 0; i < 2; i++) {
              Labeling.Page page = labeling.next();
              labeling.answer(page, answers(page));
              answered += page.images().size();
            }
          } catch (FailingDisk.Ended | KgCoopException e) {
            assertThat(disk.isEnded()).isTrue();
          }
          ended = disk.isEnded();
        }
        try (Labeling labeling = Labeling.open(photos, clip, options().withSession(session))) {
          // An answer that was written but not confirmed may count.
          assertThat(labeling.status().labeled())
              .as("%s at %s", end, at)
              .isBetween(answered, answered + (end == FailingDisk.End.SPACE ? 0 : PAGE));
          Labeling.Page page = labeling.next();
          labeling.answer(page, answers(page));
        }
        if (!ended) {
          break;
        }
      }
    }
  }

  @Test
  void simulatesTheAnswersOfAPerson() {
    Map<String, String> list = new HashMap<>();
    truth.forEach((image, name) -> list.put(image.toString(), name));
    List<Simulation.Step> steps = new ArrayList<>();
    try (Labeling labeling = open()) {
      labeling.simulate(list, new Simulation.Settings(0, 100, 1), steps::add);
      assertThat(labeling.status().labeled()).isEqualTo(3 * PER_CLASS);
    }
    assertThat(steps.get(steps.size() - 1).right()).isEqualTo(100);
    list.remove(truth.keySet().iterator().next().toString());
    try (Labeling labeling = open()) {
      assertThatExceptionOfType(KgCoopException.class)
          .isThrownBy(
              () -> labeling.simulate(list, new Simulation.Settings(0, 100, 1), step -> {}));
    }
  }

  @Test
  void asksForASecondClass() throws IOException {
    try (Labeling labeling =
        Labeling.open(
            photos, clip, Labeling.Options.defaults().withSession(folder.resolve("empty")))) {
      assertThatExceptionOfType(KgCoopException.class)
          .isThrownBy(labeling::next)
          .withMessageContaining("two classes");
      assertThat(labeling.status().folder()).isEmpty();
    }
  }

  /** The program of the guide, which knows only cats and dogs. */
  @Test
  void aProgramWritesTheResults() throws IOException {
    Path out = folder.resolve("runs/pets");
    PetLabels.label(photos, clip, image -> image.toString().contains("red") ? "cat" : "dog", out);
    assertThat(Files.readAllLines(out.resolve("labels.csv")))
        .hasSize(1 + 3 * PER_CLASS)
        .startsWith("image,class,source,probability")
        .anyMatch(line -> line.endsWith(",person,1.0000"))
        .anyMatch(line -> line.contains(",head,"));
    assertThat(Files.readString(out.resolve(LabelJournal.FILE)))
        .isEqualTo(Files.readString(journal()));
    assertThat(ClassifierFile.read(out).classNames()).containsExactly("cat", "dog");
    PetLabels.label(photos, clip, image -> "dog", out); // again, into the same folder
    Path other = Files.createDirectories(folder.resolve("other"));
    Files.writeString(other.resolve("classifier.safetensors"), "of somebody else");
    assertThatExceptionOfType(KgCoopException.class)
        .isThrownBy(() -> PetLabels.label(photos, clip, image -> "dog", other))
        .withMessageContaining("expected an empty folder");
    String source = Files.readString(Path.of("src/test/java/org/kgcoop/example/PetLabels.java"));
    assertThat(Files.readString(Path.of("../docs/how-to/use-from-java.md")))
        .contains("```java\n" + source.substring(source.indexOf("import ")) + "```\n");
  }
}
