package org.kgcoop.label;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.kgcoop.journal.JournalEntry.Action;
import org.kgcoop.journal.JournalEntry.Sent;

/**
 * The last numbered action of each person, also one that was taken back. If the reply is lost, the
 * person sends the action again with its number, and it counts once.
 */
final class RepeatedActions {
  /**
   * A numbered action.
   *
   * @param undone what it took back, if it is an undo
   */
  record Stored(Sent action, Optional<Action> undone) {
    private long number() {
      return Objects.requireNonNull(action.request());
    }
  }

  private final Map<String, Stored> last = new HashMap<>(); // by person

  /**
   * Takes note of an action if it has a number.
   *
   * @param undone what it took back; null if it is no undo
   */
  void add(Sent action, @Nullable Action undone) {
    if (action.request() != null) {
      last.put(
          Objects.requireNonNullElse(action.by(), ""),
          new Stored(action, Optional.ofNullable(undone)));
    }
  }

  /** Returns the number of the last stored action of a person, or 0. */
  long lastNumber(String person) {
    Stored stored = last.get(person);
    return stored == null ? 0 : stored.number();
  }

  /**
   * Returns the stored action of a person who sends it again, or nothing for a new one.
   *
   * @throws StalePageException if the number is that of another action, or a later one is stored
   */
  Optional<Stored> find(Sender from, Predicate<Sent> isSame) {
    long number = lastNumber(from.person());
    if (from.number() == 0 || from.number() > number) {
      return Optional.empty();
    }
    Stored stored = Objects.requireNonNull(last.get(from.person()));
    if (from.number() < number || !isSame.test(stored.action())) {
      throw StalePageException.number(from.number(), number);
    }
    return Optional.of(stored);
  }
}
