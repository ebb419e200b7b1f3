package org.kgcoop.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.Json;
import org.kgcoop.journal.JournalEntry;
import org.kgcoop.journal.Kind;

/** Tests of actions that are sent again, of classes that are new with an answer, and of merges. */
class NumberedAnswersTest {
  private static final int WIDTH = 4;

  private final TreeMap<String, float[]> folder = new TreeMap<>();
  private MemorySource.Entries journal = new MemorySource.Entries();
  private Labeling labeling;

  NumberedAnswersTest() {
    Random random = new Random(1);
    for (int i = 0; i < 40; i++) {
      double[] row = random.doubles(WIDTH, -0.2, 0.2).toArray();
      row[i % 3] += 1;
      folder.put("%02d".formatted(i), MemorySource.feature(row));
    }
    labeling = open();
  }

  private Labeling open() {
    SessionHead.ClassTexts texts =
        names ->
            names.stream()
                .map(
                    name -> {
                      double[] row = new double[WIDTH];
                      row[Math.floorMod(name.hashCode(), WIDTH)] = 1;
                      return row;
                    })
                .toArray(double[][]::new);
    return new Labeling(
        new MemorySource(folder, texts, 20, Map.of()),
        journal,
        new SessionSettings(List.of("cat", "dog", "owl"), 6, 0, 90, 1, "", warning -> {}),
        () -> Instant.EPOCH);
  }

  /** The program ends, and is started again with the lines of the journal. */
  private void restart() {
    MemorySource.Entries lines = new MemorySource.Entries();
    for (JournalEntry entry : journal.entries()) {
      try {
        lines.append(List.of(Json.STRICT.readValue(entry.line(), JournalEntry.class)));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    }
    labeling.close();
    journal = lines;
    labeling = open();
  }

  private String label(Path image) {
    LabeledImage found = labeling.labels(List.of(labeling.images().indexOf(image))).get(0);
    return found.source() == LabeledImage.Source.HEAD ? "?" : found.name();
  }

  private Map<Path, String> answers(Page page, String name) {
    Map<Path, String> answers = new LinkedHashMap<>();
    page.images().forEach(image -> answers.put(image, name));
    return answers;
  }

  @Test
  void anAnswerThatIsSentAgainCountsOnce() {
    Page page = labeling.next("a");
    Map<Path, String> answers = answers(page, "cat");
    Answered first = labeling.answer(new Sender("a", 5), page.number(), List.of(), answers, 1);
    Page following = labeling.next("a");
    int stored = journal.entries().size();
    assertThat(labeling.answer(new Sender("a", 5), page.number(), List.of(), answers, 1))
        .isEqualTo(first);
    assertThat(labeling.openPage("a").orElseThrow().images()).isEqualTo(following.images());
    restart();
    assertThat(labeling.answer(new Sender("a", 5), page.number(), List.of(), answers, 1))
        .isEqualTo(first);
    assertThat(journal.entries()).hasSize(stored);
    assertThat(labeling.lastNumber("a")).isEqualTo(5);
    assertThat(labeling.lastNumber("b")).isZero();
    assertThat(labeling.openPage("a")).isEmpty();
    labeling.close();
  }

  @Test
  void anotherActionWithAnOldNumberIsRefused() {
    Path image = Path.of("07");
    labeling.choose(new Sender("a", 2), List.of(), Map.of(image, "cat"));
    assertThatExceptionOfType(StalePageException.class)
        .isThrownBy(() -> labeling.choose(new Sender("a", 1), List.of(), Map.of(image, "dog")));
    assertThatExceptionOfType(StalePageException.class)
        .isThrownBy(() -> labeling.choose(new Sender("a", 2), List.of(), Map.of(image, "dog")));
    assertThatExceptionOfType(StalePageException.class)
        .isThrownBy(() -> labeling.undo(new Sender("a", 2)));
    assertThat(label(image)).isEqualTo("cat");
    labeling.choose(new Sender("b", 1), List.of(), Map.of(image, "dog")); // numbers of another tab
    assertThat(label(image)).isEqualTo("dog");
    labeling.close();
  }

  @Test
  void anUndoThatIsSentAgainTakesBackOneAnswer() {
    labeling.choose(new Sender("a", 1), List.of(), Map.of(Path.of("01"), "cat"));
    Page page = labeling.next("a");
    Map<Path, String> answers = answers(page, "dog");
    labeling.answer(new Sender("a", 2), page.number(), List.of(), answers, 1);
    Undone undone = labeling.undo(new Sender("a", 3)).orElseThrow();
    assertThat(undone.former()).isEqualTo(answers);
    assertThat(labeling.undo(new Sender("a", 3))).contains(undone);
    restart();
    assertThat(labeling.undo(new Sender("a", 3))).contains(undone);
    assertThat(label(Path.of("01"))).isEqualTo("cat");
    Page again = labeling.next("a");
    assertThat(again.images()).isEqualTo(page.images());
    assertThat(again.former()).isEqualTo(answers);
    assertThat(labeling.undo(new Sender("a", 4)).orElseThrow().kind()).isEqualTo(Kind.CHOSEN);
    labeling.close();
  }

  @Test
  void changesOfClassesAreDoneOnce() {
    for (int i = 0; i < 2; i++) {
      labeling.addClasses(new Sender("a", 1), List.of("fox", "hen"));
    }
    for (int i = 0; i < 2; i++) {
      labeling.rename(new Sender("a", 2), i == 0 ? "fox" : "red fox", "red fox");
    }
    for (int i = 0; i < 2; i++) {
      labeling.merge(new Sender("a", 3), "hen", "owl");
    }
    restart();
    labeling.merge(new Sender("a", 3), "hen", "owl");
    for (int i = 0; i < 2; i++) {
      labeling.delete(new Sender("a", 4), "red fox");
    }
    assertThat(labeling.classes()).containsExactly("cat", "dog", "owl");
    assertThat(journal.entries().stream().filter(JournalEntry.ClassChange.class::isInstance))
        .hasSize(3 + 2 + 3);
    labeling.close();
  }

  @Test
  void aNewClassAndItsImagesAreOneEntry() {
    int stored = journal.entries().size();
    Map<Path, String> labels = Map.of(Path.of("01"), "Fox", Path.of("02"), "cat");
    for (int i = 0; i < 2; i++) {
      labeling.choose(new Sender("a", 1), List.of("Fox"), labels);
    }
    assertThat(journal.entries()).hasSize(stored + 1);
    assertThat(label(Path.of("01"))).isEqualTo("Fox");
    // The name exists by now: it is that class.
    labeling.choose(new Sender("b", 1), List.of("fox"), Map.of(Path.of("03"), "fox"));
    assertThat(labeling.classes()).containsExactly("cat", "dog", "owl", "Fox");
    restart();
    assertThat(label(Path.of("03"))).isEqualTo("Fox");
    // The class stays, because another person uses it.
    Undone undone = labeling.undo(new Sender("a", 2)).orElseThrow();
    assertThat(undone.former()).isEqualTo(labels);
    assertThat(label(Path.of("01"))).isEqualTo("?");
    assertThat(label(Path.of("03"))).isEqualTo("Fox");
    restart();
    assertThat(labeling.classes()).containsExactly("cat", "dog", "owl", "Fox");
    assertThat(labeling.undo(new Sender("a", 3))).isEmpty();
    labeling.close();
  }

  @Test
  void aNewClassIsTakenBackWithItsAnswer() {
    Page page = labeling.next("a");
    Map<Path, String> answers = answers(page, "cat");
    Path image = page.images().get(0);
    answers.put(image, "fox");
    labeling.answer(new Sender("a", 1), page.number(), List.of("fox"), answers, 1);
    assertThat(label(image)).isEqualTo("fox");
    Undone undone = labeling.undo(new Sender("a", 2)).orElseThrow();
    assertThat(undone.images()).isEqualTo(page.images());
    assertThat(undone.former()).doesNotContainKey(image).hasSize(page.images().size() - 1);
    assertThat(labeling.classes()).containsExactly("cat", "dog", "owl");
    assertThat(labeling.next("a").images()).isEqualTo(page.images());
    labeling.close();
  }

  @Test
  void aWrongNameStoresNothing() {
    int stored = journal.entries().size();
    for (String bad : List.of("", "a\nb", "x".repeat(201))) {
      assertThatExceptionOfType(KgCoopException.class)
          .isThrownBy(
              () ->
                  labeling.choose(
                      new Sender("a", 1), List.of("fox", bad), Map.of(Path.of("01"), "fox")));
    }
    assertThatExceptionOfType(KgCoopException.class)
        .isThrownBy(
            () -> labeling.choose(new Sender("a", 1), List.of(), Map.of(Path.of("01"), "fox")));
    assertThat(journal.entries()).hasSize(stored);
    labeling.close();
  }

  @Test
  void anImageGetsThePressedClassWhenItsMergeIsTakenBack() {
    int cat = labeling.status().classes().get(0).number();
    Path image = Path.of("01");
    labeling.merge(Sender.of("b"), "cat", "dog");
    String pressed = labeling.className(cat).orElseThrow();
    labeling.choose(Sender.of("a"), List.of(), Map.of(image, pressed));
    assertThat(label(image)).isEqualTo("dog");
    restart();
    labeling.undo(Sender.of("b")).orElseThrow();
    assertThat(label(image)).isEqualTo("cat");
    labeling.close();
  }
}
