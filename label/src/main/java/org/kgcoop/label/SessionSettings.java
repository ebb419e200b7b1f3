package org.kgcoop.label;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.kgcoop.files.Sha256;
import org.kgcoop.journal.JournalEntry;

/**
 * The settings of a new session. An existing one keeps its page, audit, target and seed.
 *
 * @param classes the first class names
 * @param page the images of a page
 * @param audit the random images that measure the accuracy; at most a quarter is used
 * @param target the share of right images at which the person can stop, in percent
 * @param clip a text with everything about the CLIP that changes features
 */
record SessionSettings(
    List<String> classes,
    int page,
    int audit,
    double target,
    long seed,
    String clip,
    Consumer<String> warnings) {

  /** Returns the first entries: the settings, and the images with the audit drawn from them. */
  List<JournalEntry> firstEntries(List<String> images) {
    int drawn = AuditImages.ofNewFolder(images.size(), audit);
    if (drawn < audit) {
      warnings.accept(
          drawn == 0
              ? "%s images are too few for an audit, which needs %s"
                  .formatted(images.size(), AuditImages.MIN_IMAGES)
              : "the audit has %s images: a quarter of the folder".formatted(drawn));
    }
    return List.of(
        new JournalEntry.Start(
            Journal.FORMAT,
            seed,
            clip,
            images.size(),
            Sha256.of(String.join("\n", images)),
            page,
            drawn,
            target),
        new JournalEntry.Arrival(images, AuditImages.sample(images, drawn, seed)));
  }

  /**
   * Returns the entry of images that joined since the session was open, with random ones of them.
   */
  Optional<JournalEntry.Arrival> joined(LabelSession session) {
    LabelState state = session.state();
    List<String> joined = state.paths(state.audit().unlisted());
    if (joined.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new JournalEntry.Arrival(
            joined, state.audit().drawFrom(joined, audit, session.start().seed())));
  }
}
