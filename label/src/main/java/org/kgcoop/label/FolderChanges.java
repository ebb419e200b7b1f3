package org.kgcoop.label;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.kgcoop.Messages;
import org.kgcoop.journal.JournalEntry;
import org.kgcoop.journal.JournalNames;

/**
 * What happened to the files of a session since it was open. An image is its picture: a label goes
 * with a renamed file, and ends with a replaced one.
 *
 * @param moved the new paths of pictures, by old path
 * @param replaced the paths at which there is another picture
 */
record FolderChanges(Map<String, String> moved, List<String> replaced) {
  /**
   * Compares a folder with what its files contained. Files that nobody knows are read only if a
   * picture is not where it was.
   *
   * @param known the contents of pictures, by path
   */
  static FolderChanges of(Map<String, String> known, SessionSource source) {
    Set<String> here = new HashSet<>();
    source.folder().copies().values().forEach(here::addAll);
    Map<String, String> now =
        source.contents(known.keySet().stream().filter(here::contains).toList());
    List<String> lost =
        known.keySet().stream()
            .filter(path -> now.containsKey(path) || !here.contains(path)) // or unreadable
            .filter(path -> !Objects.equals(known.get(path), now.get(path)))
            .sorted()
            .toList();
    if (lost.isEmpty()) {
      return new FolderChanges(Map.of(), List.of());
    }
    Map<String, String> places = new HashMap<>(); // by content
    source
        .contents(source.folder().images().stream().filter(p -> !known.containsKey(p)).toList())
        .forEach((path, content) -> places.put(content, path));
    lost.stream().filter(now::containsKey).forEach(path -> places.put(now.get(path), path));
    Map<String, String> moved = new TreeMap<>();
    List<String> replaced = new ArrayList<>();
    for (String path : lost) {
      String place = places.get(known.get(path));
      if (place != null) {
        moved.put(path, place);
      } else if (here.contains(path)) {
        replaced.add(path);
      }
    }
    return new FolderChanges(moved, replaced);
  }

  /** Returns the entry that says so, or nothing if nothing happened. */
  Optional<JournalEntry.Contents> entry() {
    return moved.isEmpty() && replaced.isEmpty()
        ? Optional.empty()
        : Optional.of(new JournalEntry.Contents(Map.of(), moved, replaced));
  }

  /**
   * Returns a line for each kind of change, which names the images: these changes, and images that
   * left the folder or joined it.
   *
   * @param entries those of the journal
   * @param state after these entries
   */
  List<String> lines(List<JournalEntry> entries, LabelState state) {
    List<String> lines = new ArrayList<>();
    if (!moved.isEmpty()) {
      List<String> names = new ArrayList<>();
      moved.forEach((old, now) -> names.add(old + " is " + now));
      lines.add(
          Messages.count(moved.size(), "image has", "images have")
              + " another name now, and the label stays: "
              + Messages.firstOf(names));
    }
    if (!replaced.isEmpty()) {
      lines.add(
          Messages.count(replaced.size(), "file shows", "files show")
              + " another picture now, and will be asked again: "
              + Messages.firstOf(replaced));
    }
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
    joined.removeAll(replaced);
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
