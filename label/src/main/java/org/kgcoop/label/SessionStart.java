package org.kgcoop.label;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.files.Sha256;
import org.kgcoop.runs.JournalEntry;

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
   * The first time that a session of format 1 is opened, it lists all images.
   *
   * @param place the place of the journal, for messages
   * @param audit the audit images that the user wants if there are none
   */
  static Optional<JournalEntry.Arrival> joined(String place, LabelSession session, int audit) {
    List<String> joined = session.state().unlisted();
    JournalEntry.Start start = session.start();
    if (joined.isEmpty()) {
      return Optional.empty();
    }
    if (joined.size() == session.state().images().size() && start.format() == 1) {
      if (!start.list().equals(list(joined))) {
        throw KgCoopException.data(
            place
                + ": a session of format 1 does not tell which images joined or left its folder"
                + " since; restore the folder as it was, or choose another --out");
      }
      return Optional.of(new JournalEntry.Arrival(joined, List.of()));
    }
    return Optional.of(
        new JournalEntry.Arrival(
            joined, AuditDraw.later(joined, session.state().arrivals(), audit, start.seed())));
  }

  /** Warns about labeled images that are not in the folder any more. */
  static void reportMissing(
      List<JournalEntry> entries, LabelState state, Consumer<String> warnings) {
    Set<String> missing = new TreeSet<>();
    for (JournalEntry entry : entries) {
      if (entry instanceof JournalEntry.Answer answer) {
        answer.labels().keySet().stream()
            .filter(path -> state.image(path).isEmpty())
            .forEach(missing::add);
      }
    }
    if (!missing.isEmpty()) {
      warnings.accept(
          "%s in the folder any more, such as %s; left out"
              .formatted(
                  Messages.count(missing.size(), "labeled image is not", "labeled images are not"),
                  missing.iterator().next()));
    }
  }
}
