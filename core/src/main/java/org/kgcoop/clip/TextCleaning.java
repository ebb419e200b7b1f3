package org.kgcoop.clip;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jsoup.parser.Parser;

/**
 * The cleaning of a text before tokens are looked for, as the released tokenizer does it:
 * characters mended, HTML entities replaced twice, spaces joined, lower case.
 *
 * <p>The released code mends characters with the Python library ftfy. This is the part of it that
 * texts about images meet: full-width letters and ligatures by compatibility, curly quotes, the
 * wide space, canonical composition. Text that was decoded wrongly is not repaired.
 */
final class TextCleaning {
  private static final Pattern COMPATIBILITY =
      Pattern.compile("[\\uFF01-\\uFF5E\\uFB00-\\uFB06\\u3000]");
  private static final Pattern SINGLE_QUOTES = Pattern.compile("[\\u02BC\\u2018-\\u201B]");
  private static final Pattern DOUBLE_QUOTES = Pattern.compile("[\\u201C-\\u201F]");
  private static final Pattern SPACES = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

  private TextCleaning() {}

  static String clean(String text) {
    String mended =
        COMPATIBILITY
            .matcher(text)
            .replaceAll(m -> Normalizer.normalize(m.group(), Normalizer.Form.NFKC));
    mended = SINGLE_QUOTES.matcher(mended).replaceAll("'");
    mended = DOUBLE_QUOTES.matcher(mended).replaceAll("\"");
    mended = Normalizer.normalize(mended, Normalizer.Form.NFC);
    String plain = Parser.unescapeEntities(Parser.unescapeEntities(mended, false), false);
    return SPACES.matcher(plain).replaceAll(" ").strip().toLowerCase(Locale.ROOT);
  }
}
