package org.kgcoop.data.layout;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;

/** The names of labels as they are met in a file: one for each, and labels without gaps. */
public final class LabelNames {

  private final TreeMap<Integer, String> names = new TreeMap<>();

  /**
   * Takes note of the name of a label.
   *
   * @param where the entry that says so
   */
  public void put(int label, String name, String where) {
    String known = names.putIfAbsent(label, name);
    if (known != null && !known.equals(name)) {
      throw KgCoopException.data(
          "%s: label %s is \"%s\" here and \"%s\" before; expected one name for each label"
              .formatted(where, label, name, known));
    }
  }

  /**
   * The names by label.
   *
   * @param where the file or folder they come from
   */
  public List<String> withoutGaps(Object where) {
    List<Integer> gaps = new ArrayList<>();
    int last = names.isEmpty() ? 0 : names.lastKey();
    for (int label = 0; label < last && gaps.size() < 6; label++) {
      if (!names.containsKey(label)) {
        gaps.add(label);
      }
    }
    if (!gaps.isEmpty()) {
      throw KgCoopException.data(
          "%s: labels go up to %s but there are none of %s; expected labels from 0 without gaps"
              .formatted(where, last, Messages.firstOf(gaps)));
    }
    return List.copyOf(names.values());
  }
}
