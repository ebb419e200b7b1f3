package org.kgcoop.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.kgcoop.journal.JournalEntry;
import org.kgcoop.journal.JournalEntry.Answer;
import org.kgcoop.journal.JournalEntry.ClassAdded;
import org.kgcoop.journal.JournalEntry.ClassMerged;
import org.kgcoop.journal.JournalEntry.ClassRenamed;
import org.kgcoop.journal.Kind;

/** Tests of changes of classes that are taken back, and of labeled images of another folder. */
class ClassChangesTest {
  private static LabelState state(JournalEntry... entries) {
    LabelState state = new LabelState(List.of("a", "b", "c"), Map.of());
    state.apply(new ClassAdded(0, "cat", null, null, null));
    state.apply(new ClassAdded(1, "dog", null, null, null));
    List.of(entries).forEach(state::apply);
    return state;
  }

  private static Answer page(int step, String image, int label) {
    return new Answer(
        step,
        Kind.QUESTIONS,
        null,
        Map.of(image, label),
        List.of(),
        List.of(),
        List.of(),
        null,
        null,
        null,
        Map.of());
  }

  @Test
  void aNameBelongsToOneClass() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> state(new ClassRenamed(0, "DOG", null, null, null)));
    LabelState state = state(new ClassRenamed(0, "CAT", null, null, null));
    assertThat(state.named("cat")).hasValue(0);
    state.apply(new ClassMerged(0, 1, null, null, null));
    assertThat(state.named("cat")).isEmpty();
    state.apply(new ClassAdded(2, "cat", null, null, null));
    assertThat(state.named("Cat")).hasValue(2);
  }

  /** The names mean nothing here: both classes have the same text. Only the examples differ. */
  @Test
  void labeledImagesOfAnotherFolderTrain() {
    List<String> images = IntStream.range(0, 40).mapToObj("%02d"::formatted).toList();
    JournalEntry.Start start = new JournalEntry.Start(2, 1, "", 40, "", 20, 0, 90);
    try (LabelSession session =
        new LabelSession(
            images, Map.of(), names -> new double[][] {{0, 0, 1}, {0, 0, 1}}, 100, start)) {
      session.apply(start);
      session.apply(new ClassAdded(0, "x", null, null, null));
      session.apply(new ClassAdded(1, "y", null, null, null));
      session.read(
          IntStream.range(0, 40)
              .boxed()
              .collect(Collectors.toMap(Function.identity(), ClassChangesTest::feature)),
          List.of());
      session.apply(session.growth().orElseThrow());
      session.head().addExamples(List.of(feature(0), feature(1)), List.of(0, 1));
      for (int i = 0; i < 40; i++) {
        assertThat(session.head().guess(i).label()).isEqualTo(i % 2);
      }
      session.result().forEach((image, guess) -> assertThat(guess.label()).isEqualTo(image % 2));
      session.apply(page(1, "00", 0)); // behind the examples
      session.apply(page(2, "01", 1));
      assertThat(session.head().guess(2).label()).isZero();
      assertThat(session.head().suspicious()).isEmpty();
      session.apply(page(3, "03", 0)); // wrong
      assertThat(session.head().suspicious()).containsExactly(3);
      session.apply(new JournalEntry.Undo(3, null, null));
      session.apply(new ClassMerged(1, 0, null, null, null));
      session.apply(new ClassAdded(2, "z", null, null, null));
      assertThat(session.next(Kind.PAGE, List.of()).shown()).isNotEmpty();
    }
  }

  private static float[] feature(int image) {
    double angle = (image % 2) * 1.2 + image * 0.002;
    return new float[] {(float) Math.cos(angle), (float) Math.sin(angle), 0};
  }
}
