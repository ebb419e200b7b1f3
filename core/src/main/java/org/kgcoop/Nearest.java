package org.kgcoop;

import java.util.Collection;
import java.util.Comparator;
import java.util.stream.Collectors;

/** Suggestions for unknown names. */
public final class Nearest {
  private Nearest() {}

  /** Returns {@code " (did you mean X?)"}, or an empty text if no known name is similar. */
  public static String hint(String unknown, Collection<String> known) {
    return known.stream()
        .min(Comparator.comparingInt((String k) -> distance(unknown, k)).thenComparing(k -> k))
        .filter(k -> distance(unknown, k) <= Math.max(2, unknown.length() / 3))
        .map(k -> " (did you mean " + k + "?)")
        .orElse("");
  }

  /** Joins the unknown words with commas and adds the {@link #hint} of each. */
  public static String hints(Collection<String> unknown, Collection<String> known) {
    return unknown.stream().map(word -> word + hint(word, known)).collect(Collectors.joining(", "));
  }

  /** Computes the Levenshtein distance: the number of inserted, deleted and replaced letters. */
  static int distance(String a, String b) {
    int[] before = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      before[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int exchanged = before[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(exchanged, 1 + Math.min(row[j - 1], before[j]));
      }
      before = row;
    }
    return before[b.length()];
  }
}
