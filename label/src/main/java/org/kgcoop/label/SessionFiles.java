package org.kgcoop.label;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.journal.JournalEntry;

/**
 * What the files of a session contain. An answer counts only for the picture that was read: a file
 * may be replaced while the session is open.
 */
final class SessionFiles {
  private final SessionSource source;
  private final LabelSession session;
  private final LabelState state;
  private final Map<String, String> contents; // by path
  private final Consumer<JournalEntry> journal;
  private final Consumer<String> warnings;
  private final List<Path> left = new ArrayList<>();

  /**
   * Creates an object.
   *
   * @param contents what the journal says, by path
   * @param journal writes an entry
   */
  SessionFiles(
      SessionSource source,
      LabelSession session,
      Map<String, String> contents,
      Consumer<JournalEntry> journal,
      Consumer<String> warnings) {
    this.source = source;
    this.session = session;
    this.contents = contents;
    this.journal = journal;
    this.warnings = warnings;
    state = session.state();
  }

  /** Notes what files contain. If it cannot be written now, an answer will write it. */
  void read(Map<String, String> found) {
    try {
      note(found);
    } catch (KgCoopException e) {
      if (e.category() != KgCoopException.Category.IO) {
        throw e;
      }
    }
  }

  private void note(Map<String, String> found) {
    Map<String, String> added = new TreeMap<>(found);
    added.keySet().removeAll(contents.keySet());
    if (!added.isEmpty()) {
      journal.accept(new JournalEntry.Contents(added, Map.of(), List.of()));
      contents.putAll(added);
    }
  }

  /** Returns those of some images whose files are no longer those that were read. */
  List<Integer> changed(Collection<Integer> images) {
    Map<String, String> now = source.contents(state.paths(images));
    note(now);
    return images.stream()
        .filter(image -> contents.containsKey(state.images().get(image)))
        .filter(
            image -> {
              String path = state.images().get(image);
              return !contents.getOrDefault(path, "").equals(now.get(path));
            })
        .toList();
  }

  /** Leaves images out whose files are no longer those that were read. */
  List<Path> leave(List<Integer> images) {
    if (images.isEmpty()) {
      return List.of();
    }
    session.read(Map.of(), images);
    List<Path> paths = images.stream().map(state::path).toList();
    left.addAll(paths);
    warnings.accept(
        "%s changed or left since kgcoop read %s, and will be asked after the next start: %s"
            .formatted(
                Messages.count(paths.size(), "file", "files"),
                paths.size() == 1 ? "it" : "them",
                Messages.firstOf(paths)));
    return paths;
  }

  /** Returns the images that were left out. */
  List<Path> left() {
    return left;
  }
}
