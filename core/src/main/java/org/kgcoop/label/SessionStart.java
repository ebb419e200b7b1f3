package org.kgcoop.label;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.kgcoop.Messages;
import org.kgcoop.runs.JournalEntry;

/** The first entries of a session, and what is said when it is opened again. */
final class SessionStart {
  private static final int MIN_AUDITED = 40;

  private SessionStart() {}

  /**
   * Returns the first entries: the settings, and the audit, which is drawn from all images.
   *
   * @param wanted the settings that the user chose; its audit may be too large for the folder
   */
  static List<JournalEntry> entries(
      List<String> images, JournalEntry.Start wanted, Consumer<String> warnings) {
    int audit = images.size() < MIN_AUDITED ? 0 : Math.min(wanted.audit(), images.size() / 4);
    if (audit < wanted.audit()) {
      warnings.accept(
          audit == 0
              ? "%s images are too few for an audit, which needs %s"
                  .formatted(images.size(), MIN_AUDITED)
              : "the audit has %s images: a quarter of the folder".formatted(audit));
    }
    JournalEntry.Start start =
        new JournalEntry.Start(
            wanted.format(),
            wanted.seed(),
            wanted.clip(),
            images.size(),
            wanted.list(),
            wanted.page(),
            audit,
            wanted.target());
    List<String> drawn =
        LabelSession.drawAudit(images.size(), audit, wanted.seed()).stream()
            .map(images::get)
            .toList();
    return List.of(start, new JournalEntry.Draw(drawn, false));
  }

  /** Warns about labeled images that are not in the folder any more. */
  static void reportMissing(
      List<JournalEntry> entries, LabelState state, Consumer<String> warnings) {
    Set<String> missing = new HashSet<>();
    for (JournalEntry entry : entries) {
      if (entry instanceof JournalEntry.Page page) {
        page.labels().keySet().stream()
            .filter(path -> state.image(path).isEmpty())
            .forEach(missing::add);
      }
    }
    if (!missing.isEmpty()) {
      warnings.accept(
          "%s in the folder any more, such as %s; left out"
              .formatted(
                  Messages.count(missing.size(), "labeled image is not", "labeled images are not"),
                  missing.stream().sorted().findFirst().orElse("")));
    }
  }
}
