package org.kgcoop.label;

import org.kgcoop.journal.Kind;

/** What {@link Labeling#undo} would take back. */
public sealed interface UndoOffer {
  /**
   * Answers.
   *
   * @param images their number
   */
  record Answers(Kind kind, int images) implements UndoOffer {}

  /** A change of a class. */
  record ClassChange(Change change, String name) implements UndoOffer {}

  /** A kind of change of a class. */
  enum Change {
    ADDED,
    RENAMED,
    MERGED,
    DELETED
  }
}
