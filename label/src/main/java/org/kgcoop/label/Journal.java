package org.kgcoop.label;

import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.journal.JournalEntry;

/** The entries of a session, which survive the end of the process. */
interface Journal extends AutoCloseable {
  /** The format of the entries. */
  int FORMAT = 2;

  /** Returns the entries from before the session was opened. */
  List<JournalEntry> entries();

  /** Writes entries. When this returns, they survive a power failure. */
  void append(List<? extends JournalEntry> added);

  /** Returns the place of the entries, for messages. */
  String place();

  /**
   * Applies the entries from before to a session.
   *
   * @param entries those of the journal, with the names that images have today
   */
  default void replay(List<JournalEntry> entries, LabelSession session) {
    for (int i = 0; i < entries.size(); i++) {
      try {
        session.apply(entries.get(i));
      } catch (IllegalArgumentException e) {
        throw KgCoopException.data(
            "%s, line %s: %s; restore the file, or choose another --out"
                .formatted(place(), i + 1, e.getMessage()));
      }
    }
  }

  @Override
  void close();
}
