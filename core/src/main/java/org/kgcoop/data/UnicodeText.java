package org.kgcoop.data;

import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.kgcoop.KgCoopException;

/**
 * Checks of texts from outside. A Java text can contain half of a surrogate pair, for example from
 * {@code "\ud800"} in JSON. Such a text has no UTF-8 form: tokenizers and files would change it.
 */
public final class UnicodeText {
  private UnicodeText() {}

  /**
   * Rejects a text with half of a surrogate pair.
   *
   * @param what the kind of the text, for the message
   * @throws KgCoopException of category CONFIGURATION
   */
  public static void check(String what, String text) {
    OptionalInt half = text.codePoints().filter(UnicodeText::isSurrogate).findFirst();
    if (half.isPresent()) {
      throw KgCoopException.configuration(
          String.format(
              Locale.ROOT,
              "%s '%s': contains \\u%04x, half of a surrogate pair; expected Unicode text",
              what,
              shown(text),
              half.getAsInt()));
    }
  }

  /**
   * Rejects class names with half of a surrogate pair.
   *
   * @throws KgCoopException of category DATA
   */
  public static void checkNames(List<String> classNames) {
    try {
      classNames.forEach(name -> check("class name", name));
    } catch (KgCoopException e) {
      throw KgCoopException.data(String.valueOf(e.getMessage()), e);
    }
  }

  /** A pair of surrogates is one code point, so only halves are left. */
  private static boolean isSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }

  private static String shown(String text) {
    int[] codePoints = text.codePoints().limit(60).map(c -> isSurrogate(c) ? '?' : c).toArray();
    return new String(codePoints, 0, codePoints.length);
  }
}
