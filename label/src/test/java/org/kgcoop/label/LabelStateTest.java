package org.kgcoop.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kgcoop.journal.JournalEntry.Answer;
import org.kgcoop.journal.JournalEntry.Arrival;
import org.kgcoop.journal.JournalEntry.ClassAdded;
import org.kgcoop.journal.JournalEntry.ClassDeleted;
import org.kgcoop.journal.JournalEntry.ClassMerged;
import org.kgcoop.journal.JournalEntry.Undo;
import org.kgcoop.journal.Kind;

class LabelStateTest {
  private final LabelState state = new LabelState(List.of("a", "b", "c", "d"), Map.of());

  LabelStateTest() {
    state.apply(new ClassAdded(0, "owl", null, null, null));
    state.apply(new ClassAdded(1, "cat", null, null, null));
  }

  private static Answer page(int step, Kind kind, Map<String, Integer> labels, String... passed) {
    return new Answer(
        step,
        kind,
        null,
        labels,
        List.of(passed),
        List.of(),
        List.of(),
        null,
        null,
        null,
        Map.of());
  }

  @Test
  void anyStepCanBeTakenBack() {
    state.apply(page(1, Kind.QUESTIONS, Map.of("a", 0)));
    state.apply(new ClassAdded(2, "dog", 2, null, null));
    state.apply(page(3, Kind.PAGE, Map.of("b", 2), "c"));
    assertThat(state.isPassed(2)).isTrue();
    state.apply(new Undo(1, null, null));
    assertThat(state.isLabeled(0)).isFalse();
    assertThat(state.isLabeled(1)).isTrue();
    assertThatIllegalArgumentException().isThrownBy(() -> state.apply(new Undo(1, null, null)));
    state.apply(new Undo(3, null, null));
    assertThat(state.isLabeled(1)).isFalse();
    assertThat(state.isPassed(2)).isFalse();
    assertThat(state.classes()).containsExactly(0, 1, 2);
    assertThat(state.nextStep()).isEqualTo(4);
  }

  @Test
  void aPersonTakesBackOnlyWhatNobodyElseNeeds() {
    state.apply(new ClassAdded(2, "dog", 1, "a", null));
    state.apply(answer(2, "b", Map.of("a", 2)));
    assertThat(state.lastAction("a")).isEmpty(); // b has used the class
    assertThat(state.lastAction("c")).isEmpty();
    state.apply(new Undo(2, "b", null));
    assertThat(state.lastAction("a").orElseThrow().step()).isEqualTo(1);
    state.apply(new Undo(1, "a", null));
    assertThat(state.nextClass()).isEqualTo(3); // no class gets a number that others know
  }

  private static Answer answer(int step, String person, Map<String, Integer> labels) {
    return new Answer(
        step,
        Kind.QUESTIONS,
        null,
        labels,
        List.of(),
        List.of(),
        List.of(),
        null,
        person,
        null,
        Map.of());
  }

  @Test
  void aClassWithImagesCannotBeDeleted() {
    state.apply(answer(1, "a", Map.of("a", 0)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> state.apply(new ClassDeleted(0, 2, "a", null)));
    state.apply(answer(2, "b", Map.of("a", 1)));
    state.apply(new ClassDeleted(0, 3, "a", null));
    assertThat(state.classes()).containsExactly(1);
    assertThat(state.isClass(0)).isFalse();
    assertThat(state.lastAction("b")).isEmpty(); // image a would have a deleted class
    state.apply(new Undo(3, "a", null));
    assertThat(state.lastAction("b").orElseThrow().step()).isEqualTo(2);
  }

  @Test
  void aPageIsSettledWhenAllOfItsImagesAre() {
    state.apply(new Arrival(List.of("a", "b", "c", "d"), List.of("d")));
    state.apply(
        new Answer(
            1,
            Kind.PAGE,
            0,
            Map.of("a", 0),
            List.of("d"),
            List.of("b", "c"),
            List.of(),
            null,
            null,
            null,
            Map.of()));
    assertThat(state.isSettled(0)).isFalse();
    assertThat(state.isPassed(3)).isFalse();
    state.apply(page(2, Kind.CHOSEN, Map.of("b", 1)));
    state.apply(page(3, Kind.PAGE, Map.of("c", 1)));
    assertThat(state.isSettled(2)).isTrue();
    assertThat(state.isSettled(0)).isFalse(); // a person chose image b
    state.apply(new Undo(2, null, null));
    state.apply(page(4, Kind.QUESTIONS, Map.of("b", 1)));
    assertThat(state.isSettled(0)).isTrue();
    assertThat(state.isPassed(3)).isTrue();
  }

  @Test
  void givesTheImagesOfAMergedClassToTheOther() {
    state.apply(page(1, Kind.QUESTIONS, Map.of("a", 0)));
    state.apply(new ClassMerged(0, 1, null, null, null));
    assertThat(state.answer(0)).isEqualTo(1);
    assertThat(state.classes()).containsExactly(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> state.apply(new ClassMerged(1, 1, null, null, null)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> state.apply(new ClassMerged(0, 1, null, null, null)));
  }

  @Test
  void hasNotSeenAClassThatTheAuditNamed() {
    state.apply(new Arrival(List.of("a", "b", "c", "d"), List.of("a")));
    assertThat(state.isSeen(1)).isTrue();
    state.apply(page(1, Kind.AUDIT, Map.of("a", 1)));
    state.apply(new ClassAdded(2, "dog", null, null, null));
    state.apply(page(2, Kind.AUDIT, Map.of("a", 2)));
    assertThat(state.isSeen(1)).isTrue();
    assertThat(state.isSeen(2)).isFalse();
    state.apply(page(3, Kind.QUESTIONS, Map.of("b", 2)));
    assertThat(state.isSeen(2)).isTrue();
    assertThat(state.labeled()).containsExactly(1);
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
    assertThatIllegalArgumentException()
        .isThrownBy(() -> state.apply(new ClassAdded(1, "fox", null, null, null)));
  }
}
