package org.kgcoop.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kgcoop.runs.JournalEntry;
import org.kgcoop.runs.JournalEntry.ClassAdded;
import org.kgcoop.runs.JournalEntry.ClassMerged;
import org.kgcoop.runs.JournalEntry.Draw;
import org.kgcoop.runs.JournalEntry.Page;
import org.kgcoop.runs.JournalEntry.Undo;
import org.kgcoop.runs.Kind;

class LabelStateTest {
  private final LabelState state = new LabelState(List.of("a", "b", "c", "d"), Map.of());

  LabelStateTest() {
    state.apply(new ClassAdded(0, "owl"));
    state.apply(new ClassAdded(1, "cat"));
  }

  private static Page page(int step, Kind kind, Map<String, Integer> labels, String... passed) {
    return new Page(step, kind, null, labels, List.of(passed), null);
  }

  @Test
  void undoesOnlyTheLastStep() {
    state.apply(page(1, Kind.QUESTIONS, Map.of("a", 0)));
    state.apply(new ClassAdded(2, "dog"));
    state.apply(page(2, Kind.PAGE, Map.of("b", 2), "c"));
    assertThatIllegalArgumentException().isThrownBy(() -> state.apply(new Undo(1)));
    state.apply(new Undo(2));
    assertThat(state.isLabeled(1)).isFalse();
    assertThat(state.isPassed(2)).isFalse();
    assertThat(state.answer(0)).isZero();
    assertThat(state.classes()).containsExactly(0, 1, 2); // a class is no step
  }

  @Test
  void givesTheImagesOfAMergedClassToTheOther() {
    state.apply(page(1, Kind.QUESTIONS, Map.of("a", 0)));
    state.apply(new ClassMerged(0, 1));
    assertThat(state.answer(0)).isEqualTo(1);
    assertThat(state.classes()).containsExactly(1);
    assertThatIllegalArgumentException().isThrownBy(() -> state.apply(new ClassMerged(1, 1)));
    assertThatIllegalArgumentException().isThrownBy(() -> state.apply(new ClassMerged(0, 1)));
  }

  @Test
  void hasNotSeenAClassThatTheAuditNamed() {
    state.apply(new Draw(List.of("a"), false));
    assertThat(state.isSeen(1)).isTrue();
    state.apply(page(1, Kind.AUDIT, Map.of("a", 1)));
    state.apply(new ClassAdded(2, "dog"));
    state.apply(page(2, Kind.AUDIT, Map.of("a", 2)));
    assertThat(state.isSeen(1)).isTrue();
    assertThat(state.isSeen(2)).isFalse();
    state.apply(page(3, Kind.QUESTIONS, Map.of("b", 2)));
    assertThat(state.isSeen(2)).isTrue();
    assertThat(state.labeled()).containsExactly(1);
  }

  @Test
  void keepsALabelThatIsSkippedWhenAskedAgain() {
    state.apply(page(1, Kind.QUESTIONS, Map.of("a", 0)));
    state.apply(page(2, Kind.AGAIN, Map.of("a", JournalEntry.SKIP)));
    assertThat(state.answer(0)).isZero();
    assertThat(state.isRepeated(0)).isTrue();
    state.apply(page(3, Kind.AGAIN, Map.of("a", 1)));
    assertThat(state.answer(0)).isEqualTo(1);
    assertThat(state.isRepeated(0)).isFalse();
  }

  @Test
  void ignoresImagesThatLeftTheFolder() {
    state.apply(page(1, Kind.QUESTIONS, Map.of("gone", 0), "gone too"));
    assertThat(state.labeled()).isEmpty();
  }

  @Test
  void rejectsUnknownClasses() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> state.apply(page(1, Kind.PAGE, Map.of("a", 2))));
    assertThatIllegalArgumentException().isThrownBy(() -> state.apply(new ClassAdded(7, "fox")));
  }
}
