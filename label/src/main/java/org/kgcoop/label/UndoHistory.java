package org.kgcoop.label;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.kgcoop.journal.JournalEntry;
import org.kgcoop.journal.JournalEntry.Action;
import org.kgcoop.journal.JournalEntry.Answer;
import org.kgcoop.journal.JournalEntry.ClassAdded;
import org.kgcoop.journal.JournalEntry.ClassDeleted;
import org.kgcoop.journal.JournalEntry.Undo;

/** The entries of a session without what was taken back, and which of them can be taken back. */
final class UndoHistory {
  private final List<JournalEntry> entries = new ArrayList<>();
  private final Predicate<List<JournalEntry>> fits;

  /**
   * Creates an empty history.
   *
   * @param fits returns true if entries fit together
   */
  UndoHistory(Predicate<List<JournalEntry>> fits) {
    this.fits = fits;
  }

  void clear() {
    entries.clear();
  }

  void add(JournalEntry entry) {
    entries.add(entry);
  }

  /** Returns the number of entries. */
  int size() {
    return entries.size();
  }

  /**
   * Returns the action that an entry takes back.
   *
   * @throws IllegalArgumentException if there is none
   */
  Action taken(Undo undo) {
    return (Action) entries.get(position(undo));
  }

  /** Returns the entries without the action that an entry takes back. */
  List<JournalEntry> without(Undo undo) {
    return without(position(undo));
  }

  private int position(Undo undo) {
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (entries.get(i) instanceof Action action && Objects.equals(action.step(), undo.step())) {
        return i;
      }
    }
    throw new IllegalArgumentException("there is no such step that can be taken back");
  }

  /** Returns the entries without an action. The classes of an answer stay if others need them. */
  private List<JournalEntry> without(int position) {
    List<JournalEntry> others = new ArrayList<>(entries);
    if (others.remove(position) instanceof Answer answer
        && !answer.added().isEmpty()
        && !fits.test(others)) {
      List<ClassAdded> classes = new ArrayList<>();
      answer
          .added()
          .forEach((number, name) -> classes.add(new ClassAdded(number, name, null, null, null)));
      others.addAll(position, classes);
    }
    return others;
  }

  /**
   * Returns the last action of a person that can be taken back. An action stays if later ones of
   * others need it, such as a class that others have used.
   *
   * @param person a text, empty for a program
   */
  Optional<Action> last(String person) {
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (entries.get(i) instanceof Action action
          && action.step() != null
          && Objects.requireNonNullElse(action.by(), "").equals(person)
          && canRemove(i)) {
        return Optional.of(action);
      }
    }
    return Optional.empty();
  }

  private boolean canRemove(int position) {
    boolean isFree =
        entries.get(position) instanceof Answer
            && entries.subList(position, entries.size()).stream()
                .noneMatch(ClassDeleted.class::isInstance);
    return isFree || fits.test(without(position));
  }
}
