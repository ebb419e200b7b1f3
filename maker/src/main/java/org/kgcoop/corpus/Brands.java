package org.kgcoop.corpus;

import java.util.Set;

/** Names of companies and products: trademarks are left out wherever a set hides them. */
final class Brands {

  private final Set<String> names;

  Brands(Set<String> names) {
    this.names = names;
  }

  /** The list that lies beside this class. */
  static Brands standard() {
    return new Brands(Set.copyOf(Resources.lines("brands.txt")));
  }

  /** True if a caption names a brand, or says "logo" or "brand". */
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
