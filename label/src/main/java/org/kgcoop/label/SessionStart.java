package org.kgcoop.label;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.kgcoop.Messages;
import org.kgcoop.files.Sha256;
import org.kgcoop.journal.JournalEntry;
import org.kgcoop.journal.JournalNames;

/** The first entries of a session, and what is said when it is opened again. */
final class SessionStart {
  private SessionStart() {}

  /** Returns the first entries: the settings, and the images with the audit drawn from them. */
  static List<JournalEntry> entries(List<String> images, SessionSettings settings) {
    int audit = AuditDraw.first(images.size(), settings.audit());
    if (audit < settings.audit()) {
      settings
          .warnings()
          .accept(
              audit == 0
                  ? "%s images are too few for an audit, which needs %s"
                      .formatted(images.size(), AuditDraw.MIN_IMAGES)
                  : "the audit has %s images: a quarter of the folder".formatted(audit));
    }
    return List.of(
        new JournalEntry.Start(
            Journal.FORMAT,
            settings.seed(),
            settings.clip(),
            images.size(),
            list(images),
            settings.page(),
            audit,
            settings.target()),
        new JournalEntry.Arrival(images, AuditDraw.sample(images, audit, settings.seed())));
  }

  private static String list(List<String> images) {
    return Sha256.of(String.join("\n", images));
  }

  /**
   * Returns the entry of images that joined since the session was open, with random ones of them.
   *
   * @param audit the audit images that the user wants if there are none
   */
  static Optional<JournalEntry.Arrival> joined(LabelSession session, int audit) {
    LabelState state = session.state();
    List<String> joined = state.paths(state.audit().unlisted());
    JournalEntry.Start start = session.start();
    if (joined.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new JournalEntry.Arrival(
            joined, AuditDraw.later(joined, state.audit().parts(), audit, start.seed())));
  }

  /** Returns what happened to the folder since the session was open, a line for each kind. */
  static List<String> changes(List<JournalEntry> entries, FolderChanges before, LabelState state) {
    List<String> lines = new ArrayList<>(before.lines());
    Set<String> missing = new TreeSet<>();
    for (JournalEntry entry : entries) {
      if (entry instanceof JournalEntry.Answer answer) {
        answer.labels().keySet().stream()
            .filter(path -> state.image(path).isEmpty() && !JournalNames.isReplaced(path))
            .forEach(missing::add);
      }
    }
    if (!missing.isEmpty()) {
      lines.add(
          "%s in the folder any more; left out: %s"
              .formatted(
                  Messages.count(missing.size(), "labeled image is not", "labeled images are not"),
                  Messages.firstOf(List.copyOf(missing))));
    }
    List<String> joined = new ArrayList<>(state.paths(state.audit().unlisted()));
    joined.removeAll(before.replaced());
    if (!joined.isEmpty() && !state.audit().parts().isEmpty()) {
      lines.add(
          "%s new in the folder: %s"
              .formatted(
                  Messages.count(joined.size(), "image is", "images are"),
                  Messages.firstOf(joined)));
    }
    return lines;
  }
}
