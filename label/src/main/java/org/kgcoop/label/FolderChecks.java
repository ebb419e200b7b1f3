package org.kgcoop.label;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kgcoop.journal.JournalEntry;
import org.kgcoop.journal.Kind;

/** The checks of the whole folder, in the order in which they were drawn. */
final class FolderChecks {
  private final ClassTable classes;
  private final List<FolderCheck> checks = new ArrayList<>();
  private boolean isLast; // no action but the answers of the last check came after it

  FolderChecks(ClassTable classes) {
    this.classes = classes;
  }

  void clear() {
    checks.clear();
    isLast = false;
  }

  void add(FolderCheck drawn) {
    checks.add(drawn);
    isLast = true;
  }

  /**
   * Takes note of an action: after another one than an answer of a check, a new check can begin.
   */
  void acted(JournalEntry.Action action) {
    isLast &= action instanceof JournalEntry.Answer answer && answer.kind() == Kind.CHECK;
  }

  /**
   * Takes the answer of an image.
   *
   * @param before its label
   * @param isCorrected true if the program had given it another class
   * @return true if the answer is the label now. In a check, a label that differs stays until the
   *     person decides.
   */
  boolean answer(Kind kind, int image, int before, int label, boolean isCorrected) {
    int now = classes.current(label);
    if (kind == Kind.CHECK && last().isPresent()) {
      return last().get().answer(image, classes.current(before), now, isCorrected);
    }
    for (FolderCheck each : checks) {
      int checked = each.labels().get(image);
      boolean isKept = checked < JournalEntry.NONE ? !isCorrected : classes.current(checked) == now;
      boolean unused = isKept ? each.changed().remove(image) : each.changed().add(image);
    }
    return true;
  }

  List<FolderCheck> all() {
    return checks;
  }

  /** Returns the check that was drawn last, or nothing. */
  Optional<FolderCheck> last() {
    return checks.isEmpty() ? Optional.empty() : Optional.of(checks.get(checks.size() - 1));
  }

  /** Returns true for an image of a check whose answer differs from its label. */
  boolean isUndecided(int image) {
    return checks.stream().anyMatch(check -> check.undecided().contains(image));
  }

  /** Returns true if no action changed a label since the last check was complete. */
  boolean isLast() {
    return isLast;
  }
}
