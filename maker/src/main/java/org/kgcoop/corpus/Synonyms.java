package org.kgcoop.corpus;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Maps synonyms to one name, because images of the same thing must not be negatives in a batch. For
 * example, "mail plus" and "add email" become "envelope plus" and "plus envelope".
 */
final class Synonyms {

  private final Map<String, String> anywhere = new HashMap<>();
  private final Map<String, String> whole = new HashMap<>();
  private final int longest;

  /**
   * Creates synonyms from lines.
   *
   * @param lines "canonical: synonym, synonym | synonym of an entire name"
   */
  Synonyms(List<String> lines) {
    for (String line : lines) {
      String[] sides = line.split(": ", 2);
      String canonical = sides[0];
      String[] groups = sides[1].split("\\|", 2);
      put(anywhere, canonical, canonical);
      words(groups[0]).forEach(name -> put(anywhere, name, canonical));
      if (groups.length == 2) {
        words(groups[1]).forEach(name -> put(whole, name, canonical));
      }
    }
    longest =
        anywhere.keySet().stream().mapToInt(name -> name.split(" ", -1).length).max().orElse(1);
  }

  /** Returns the list from the resources. */
  static Synonyms standard() {
    return new Synonyms(Resources.lines("synonyms.txt"));
  }

  private static List<String> words(String group) {
    return Arrays.stream(group.split(",", -1))
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .toList();
  }

  private static void put(Map<String, String> map, String name, String canonical) {
    String before = map.put(name, canonical);
    if (before != null && !before.equals(canonical)) {
      throw new IllegalArgumentException(
          "synonyms: \"%s\" is both \"%s\" and \"%s\"".formatted(name, before, canonical));
    }
  }

  /** Returns the canonical name of the subject of a caption. */
  String canonical(String caption) {
    @Nullable String all = whole.get(caption);
    if (all != null) {
      return all;
    }
    String[] words = caption.split(" ", -1);
    List<String> out = new ArrayList<>();
    int at = 0;
    while (at < words.length) {
      int length = Math.min(longest, words.length - at);
      String found = null;
      for (; length > 0 && found == null; length--) {
        found = anywhere.get(String.join(" ", Arrays.copyOfRange(words, at, at + length)));
      }
      out.add(found == null ? words[at] : found);
      at += found == null ? 1 : length + 1;
    }
    return String.join(" ", out);
  }
}
