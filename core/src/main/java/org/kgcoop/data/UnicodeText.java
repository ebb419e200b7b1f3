package org.kgcoop.data;

import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.Function;
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
    check(KgCoopException::configuration, what, text);
  }

  /**
   * Rejects class names with half of a surrogate pair.
   *
   * @throws KgCoopException of category DATA
   */
  public static void checkNames(List<String> classNames) {
    classNames.forEach(name -> check(KgCoopException::data, "class name", name));
  }

  /**
   * Rejects a text of a file as {@link #check}.
   *
   * @param where the place in the file
   * @throws KgCoopException of category DATA
   */
  public static void checkIn(String where, String what, String text) {
    check(message -> KgCoopException.data(where + ": " + message), what, text);
  }

  private static void check(Function<String, KgCoopException> problem, String what, String text) {
    OptionalInt half = text.codePoints().filter(UnicodeText::isSurrogate).findFirst();
    if (half.isPresent()) {
      throw problem.apply(
          String.format(
              Locale.ROOT,
              "%s '%s': contains \\u%04x, half of a surrogate pair; expected Unicode text",
              what,
              shown(text),
              half.getAsInt()));
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
