package org.kgcoop.data.layout;

import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.data.UnicodeText;

/** The names of the labels in a file. Each label has one name, and there are no gaps. */
public final class LabelNames {

  private final TreeMap<Integer, String> names = new TreeMap<>();

  /**
   * Records the name of a label.
   *
   * @param where the entry, for error messages
   */
  public void put(int label, String name, String where) {
    UnicodeText.checkIn(where, "class name", name);
    String known = names.putIfAbsent(label, name);
    if (known != null && !known.equals(name)) {
      throw KgCoopException.data(
          "%s: label %s is \"%s\" here and \"%s\" before; expected one name per label"
              .formatted(where, label, name, known));
    }
  }

  /**
   * Returns the names by label.
   *
   * @param where the file or folder, for error messages
   */
  public List<String> withoutGaps(Object where) {
    int last = names.isEmpty() ? 0 : names.lastKey();
    List<Integer> gaps =
        IntStream.range(0, last)
            .filter(label -> !names.containsKey(label))
            .limit(6)
            .boxed()
            .toList();
    if (!gaps.isEmpty()) {
      throw KgCoopException.data(
          "%s: labels go up to %s but there are none of %s; expected labels from 0 without gaps"
              .formatted(where, last, Messages.firstOf(gaps)));
    }
    return List.copyOf(names.values());
  }
}
