package org.kgcoop.label;

import java.util.Locale;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;

/** The rules for names of classes that a person types. */
final class NameRules {
  private static final int MAX_NAME = 200;

  private NameRules() {}

  /** Returns the form in which equal names are equal, also in another case. */
  static String folded(String name) {
    return name.strip().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the name without spaces around it.
   *
   * @throws KgCoopException if it is empty, too long, or has invisible characters
   */
  static String checked(String name) {
    String stripped = name.strip();
    if (stripped.isEmpty() || stripped.length() > MAX_NAME) {
      throw KgCoopException.configuration(
          "class \"%s\": expected a name of 1 to %s characters"
              .formatted(Messages.brief(stripped), MAX_NAME));
    }
    if (stripped.codePoints().anyMatch(NameRules::isInvisible)) {
      throw KgCoopException.configuration(
          "class \"%s\": expected a name without control characters"
              .formatted(Messages.line(stripped)));
    }
    return stripped;
  }

  /**
   * Returns true for characters that would hide or reorder a name, and for halves of characters.
   */
  private static boolean isInvisible(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          c != 0x200c && c != 0x200d; // joiners belong to the spelling of several languages
      default -> false;
    };
  }
}
