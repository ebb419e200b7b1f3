package org.kgcoop.label;

import java.util.Locale;
import java.util.Set;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.files.FolderNames;

/** The rules for names of classes that a person types. */
final class NameRules {
  private static final int MAX_NAME = 200;

  /**
   * What the page says about images without a class. A class of this name would be taken for it.
   */
  private static final Set<String> OTHER_ANSWERS =
      Set.of(Labeling.NONE_FOLDER, "skipped", "undecided");

  private NameRules() {}

  /** Returns the form in which equal names are equal, also in another case. */
  static String folded(String name) {
    return name.strip().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the name without spaces around it.
   *
   * @throws KgCoopException if it is empty, too long, has invisible characters, means another
   *     answer, or cannot be the name of a folder on Windows
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
    if (OTHER_ANSWERS.contains(folded(stripped))) {
      throw KgCoopException.configuration(
          "class \"%s\": these words are the answer for images without a class; choose another name"
              .formatted(stripped));
    }
    FolderNames.problem(stripped)
        .ifPresent(
            problem -> {
              throw KgCoopException.configuration(
                  "class \"%s\": expected a name that a folder can have, but %s; choose another name"
                      .formatted(stripped, problem));
            });
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
