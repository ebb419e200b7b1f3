package org.kgcoop.corpus;

import java.util.Set;

/** Names of companies and products. Drawings with these trademarks are excluded. */
final class Brands {

  private final Set<String> names;

  Brands(Set<String> names) {
    this.names = names;
  }

  /** Returns the list from the resources. */
  static Brands standard() {
    return new Brands(Set.copyOf(Resources.lines("brands.txt")));
  }

  /** Returns true if a caption contains a brand name, "logo" or "brand". */
  boolean in(String caption) {
    String[] words = caption.split(" ", -1);
    for (int from = 0; from < words.length; from++) {
      if (names.contains(words[from])
          || words[from].equals("logo")
          || words[from].equals("brand")
          || (from + 1 < words.length && names.contains(words[from] + " " + words[from + 1]))) {
        return true;
      }
    }
    return false;
  }
}
