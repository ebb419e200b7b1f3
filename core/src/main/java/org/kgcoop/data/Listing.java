package org.kgcoop.data;

import java.util.List;

/** Lists in messages: some are shown, the rest is counted. */
final class Listing {

  private static final int SHOWN = 5;

  private Listing() {}

  /** The first five, separated by commas, and how many more there are. */
  static String firstOf(List<?> elements) {
    String shown = String.join(", ", elements.stream().limit(SHOWN).map(Object::toString).toList());
    return elements.size() <= SHOWN ? shown : shown + " and " + (elements.size() - SHOWN) + " more";
  }
}
