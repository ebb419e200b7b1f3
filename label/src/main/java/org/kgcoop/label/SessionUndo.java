package org.kgcoop.label;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.kgcoop.journal.JournalEntry;
import org.kgcoop.journal.JournalEntry.Action;
import org.kgcoop.journal.JournalEntry.Answer;
import org.kgcoop.journal.Kind;

/**
 * What persons take back, as described at {@link Labeling#undo}.
 *
 * @param journal writes entries, and applies them
 */
record SessionUndo(
    LabelState state, OpenPages pages, Consumer<List<? extends JournalEntry>> journal) {
  /** Returns what {@link #undo} would take back, or nothing. */
  Optional<UndoOffer> offer(String person) {
    return state.lastAction(person).map(this::offer);
  }

  private UndoOffer offer(Action action) {
    if (action instanceof Answer answer) {
      return new UndoOffer.Answers(answer.kind(), answer.labels().size());
    }
    UndoOffer.Change kind =
        action instanceof JournalEntry.ClassAdded
            ? UndoOffer.Change.ADDED
            : action instanceof JournalEntry.ClassRenamed
                ? UndoOffer.Change.RENAMED
                : action instanceof JournalEntry.ClassMerged
                    ? UndoOffer.Change.MERGED
                    : UndoOffer.Change.DELETED;
    return new UndoOffer.ClassChange(
        kind, state.ownName(((JournalEntry.ClassChange) action).number()));
  }

  Optional<Undone> undo(Sender from) {
    Optional<RepeatedActions.Stored> repeated =
        state.repeated().find(from, action -> action instanceof JournalEntry.Undo);
    if (repeated.isPresent()) {
      Action action = repeated.get().undone().orElseThrow();
      if (!pages.isBusy(from.person())) { // the program was started again
        showAgain(from.person(), action);
      }
      return Optional.of(undone(action));
    }
    Optional<Action> last = state.lastAction(from.person());
    if (last.isEmpty()) {
      return Optional.empty();
    }
    Action action = last.get();
    journal.accept(
        List.of(
            new JournalEntry.Undo(
                Objects.requireNonNull(action.step()), from.by(), from.request())));
    showAgain(from.person(), action);
    return Optional.of(undone(action));
  }

  private void showAgain(String person, Action action) {
    Map<Integer, Integer> former = former(action);
    if (action instanceof Answer answer && answer.kind() != Kind.CHOSEN && !former.isEmpty()) {
      List<Integer> passed =
          state.present(answer.passed()).stream().filter(image -> !state.isPassed(image)).toList();
      Integer proposed = answer.number() == null ? null : state.current(answer.number());
      List<Integer> shown = List.copyOf(former.keySet());
      pages.showAgain(
          person, new LabelSession.Proposal(answer.kind(), proposed, shown, passed), former);
    }
  }

  /** Returns the answers that were taken back, without images that were answered again since. */
  private Map<Integer, Integer> former(Action action) {
    Map<Integer, Integer> former = new LinkedHashMap<>();
    if (action instanceof Answer answer) {
      answer
          .labels()
          .forEach(
              (path, label) ->
                  state
                      .image(path)
                      .filter(image -> state.step(image) < answer.step() && !state.isGone(image))
                      .ifPresent(image -> former.put(image, state.current(label))));
    }
    return former;
  }

  private Undone undone(Action action) {
    Map<Integer, Integer> former = former(action);
    Map<Path, String> taken = new LinkedHashMap<>();
    former.forEach(
        (image, label) -> {
          if (state.isAnswer(label)) {
            taken.put(state.path(image), state.text(label));
          }
        });
    return new Undone(
        action instanceof Answer answer ? answer.kind() : Kind.CHOSEN,
        former.keySet().stream().map(state::path).toList(),
        taken);
  }
}
