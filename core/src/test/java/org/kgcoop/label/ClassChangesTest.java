package org.kgcoop.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.kgcoop.runs.JournalEntry;
import org.kgcoop.runs.JournalEntry.ClassAdded;
import org.kgcoop.runs.JournalEntry.ClassMerged;
import org.kgcoop.runs.JournalEntry.ClassRenamed;
import org.kgcoop.runs.JournalEntry.ClassUndo;
import org.kgcoop.runs.JournalEntry.Page;
import org.kgcoop.runs.Kind;

/** Tests of changes of classes that are taken back, and of labeled images of another folder. */
class ClassChangesTest {
  private static LabelState state(JournalEntry... entries) {
    LabelState state = new LabelState(List.of("a", "b", "c"), Map.of());
    state.apply(new ClassAdded(0, "cat"));
    state.apply(new ClassAdded(1, "dog"));
    List.of(entries).forEach(state::apply);
    return state;
  }

  private static Page page(int step, String image, int label) {
    return new Page(step, Kind.QUESTIONS, null, Map.of(image, label), List.of(), null);
  }

  @Test
  void theFirstClassesAreNoChange() {
    assertThat(state().lastChangedClass()).isEmpty();
    assertThat(state(page(1, "a", 0)).lastChangedClass()).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> state(new ClassUndo(1)));
  }

  @Test
  void changesAreTakenBackInTheirOrder() {
    LabelState state =
        state(
            page(1, "a", 0),
            new ClassAdded(2, "owl"),
            new ClassRenamed(0, "kitten"),
            new ClassMerged(1, 0));
    assertThat(state.classes()).containsExactly(0, 2);
    assertThatIllegalArgumentException().isThrownBy(() -> state.apply(new ClassUndo(0)));
    state.apply(new ClassUndo(1));
    assertThat(state.classes()).containsExactly(0, 1, 2);
    state.apply(new ClassUndo(0));
    assertThat(state.name(0)).isEqualTo("cat");
    state.apply(new ClassUndo(2));
    assertThat(state.classes()).containsExactly(0, 1);
    assertThat(state.lastChangedClass()).isEmpty();
    assertThat(state.answer(0)).isZero();
  }

  @Test
  void aClassWithAnAnswerStaysUntilTheAnswerIsTakenBack() {
    LabelState state = state(page(1, "a", 0), new ClassAdded(2, "owl"), page(2, "b", 2));
    assertThat(state.lastChangedClass()).isEmpty();
    state.apply(new JournalEntry.Undo(2));
    assertThat(state.lastChangedClass()).hasValue(2);
    state.apply(new ClassUndo(2));
    assertThat(state.classes()).containsExactly(0, 1);
  }

  /** The names mean nothing here: both classes have the same text. Only the examples differ. */
  @Test
  void labeledImagesOfAnotherFolderTrain() {
    List<String> images = IntStream.range(0, 40).mapToObj("%02d"::formatted).toList();
    JournalEntry.Start start = new JournalEntry.Start(1, 1, "", 40, "", 20, 0, 90);
    try (LabelSession session =
        new LabelSession(
            images, Map.of(), names -> new double[][] {{0, 0, 1}, {0, 0, 1}}, 100, start)) {
      session.apply(start);
      session.apply(new ClassAdded(0, "x"));
      session.apply(new ClassAdded(1, "y"));
      session.read(
          IntStream.range(0, 40)
              .boxed()
              .collect(Collectors.toMap(Function.identity(), ClassChangesTest::feature)),
          List.of());
      session.apply(session.growth().orElseThrow());
      session.head().addExamples(List.of(feature(0), feature(1)), List.of(0, 1));
      for (int i = 0; i < 40; i++) {
        assertThat(session.head().predicted(i)).isEqualTo(i % 2);
      }
      assertThat(session.result().classes())
          .isEqualTo(IntStream.range(0, 40).map(i -> i % 2).toArray());
      session.apply(page(1, "00", 0)); // behind the examples
      session.apply(page(2, "01", 1));
      assertThat(session.head().predicted(2)).isZero();
      assertThat(session.head().suspicious()).isEmpty();
      session.apply(page(3, "03", 0)); // wrong
      assertThat(session.head().suspicious()).containsExactly(3);
      session.apply(new JournalEntry.Undo(3));
      session.apply(new ClassMerged(1, 0));
      session.apply(new ClassAdded(2, "z"));
      assertThat(session.next(null, LabelSession.Offered.NOTHING).shown()).isNotEmpty();
    }
  }

  private static float[] feature(int image) {
    double angle = (image % 2) * 1.2 + image * 0.002;
    return new float[] {(float) Math.cos(angle), (float) Math.sin(angle), 0};
  }
}
