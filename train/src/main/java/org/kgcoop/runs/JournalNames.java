package org.kgcoop.runs;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The names of images in a journal. Files are renamed and replaced, and an answer belongs to the
 * picture that a person saw: older entries get the names that their pictures have today.
 */
public final class JournalNames {
  /** Ends the name of a picture whose file was replaced by another one. No file has such a name. */
  private static final String REPLACED = "\u0000";

  private JournalNames() {}

  /** Returns the entries with the names of today. */
  public static List<JournalEntry> ofToday(List<JournalEntry> entries) {
    List<JournalEntry> renamed = new ArrayList<>();
    Map<String, String> names = new HashMap<>(); // those of today, by the name at this place
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (entries.get(i) instanceof JournalEntry.Contents files) {
        Map<String, String> before = new HashMap<>(names);
        files.moved().forEach((old, now) -> before.put(old, names.getOrDefault(now, now)));
        String end = REPLACED + i;
        files.replaced().forEach(path -> before.put(path, path + end));
        Map<String, String> contents = new HashMap<>();
        files
            .contents()
            .forEach((path, hash) -> contents.put(names.getOrDefault(path, path), hash));
        renamed.add(new JournalEntry.Contents(contents, Map.of(), List.of()));
        names.clear();
        names.putAll(before);
      } else {
        Map<String, String> now = Map.copyOf(names);
        renamed.add(
            now.isEmpty()
                ? entries.get(i)
                : entries.get(i).named(path -> now.getOrDefault(path, path)));
      }
    }
    Collections.reverse(renamed);
    return renamed;
  }

  /** Returns true for the name of a picture that is no longer there. */
  public static boolean isReplaced(String name) {
    return name.contains(REPLACED);
  }

  /** Returns what each picture contains, by its name, from entries with the names of today. */
  public static Map<String, String> contents(List<JournalEntry> entries) {
    Map<String, String> contents = new HashMap<>();
    for (JournalEntry entry : entries) {
      if (entry instanceof JournalEntry.Contents files) {
        contents.putAll(files.contents());
      }
    }
    contents.keySet().removeIf(JournalNames::isReplaced);
    return contents;
  }
}
