package org.kgcoop.journal;

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
    Map<String, String> names = Map.of(); // those of today, by the name at this place
    for (int i = entries.size() - 1; i >= 0; i--) {
      Map<String, String> now = names;
      JournalEntry entry = entries.get(i);
      renamed.add(now.isEmpty() ? entry : entry.named(path -> now.getOrDefault(path, path)));
      if (entry instanceof JournalEntry.Contents files) {
        names = before(files, now, REPLACED + i);
      }
    }
    Collections.reverse(renamed);
    return renamed;
  }

  /** Returns the names of today by the names in front of an entry. */
  private static Map<String, String> before(
      JournalEntry.Contents files, Map<String, String> now, String end) {
    if (files.moved().isEmpty() && files.replaced().isEmpty()) {
      return now;
    }
    Map<String, String> before = new HashMap<>(now);
    files.moved().forEach((old, path) -> before.put(old, now.getOrDefault(path, path)));
    files.replaced().forEach(path -> before.put(path, path + end));
    return before;
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
