package org.kgcoop.clip;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jsoup.parser.Parser;

/** The cleaning of a text before tokens are looked for, as published with each family of models. */
enum TextCleaning {
  /**
   * The released CLIP's: characters mended, HTML entities replaced twice, spaces joined, lower
   * case.
   *
   * <p>The released code mends characters with the Python library ftfy. This is the part of it that
   * texts about images meet: full-width letters and ligatures by compatibility, curly quotes, the
   * wide space, canonical composition. Text that was decoded wrongly is not repaired.
   */
  CLIP {
    @Override
    String clean(String text) {
      String mended =
          COMPATIBILITY
              .matcher(text)
              .replaceAll(m -> Normalizer.normalize(m.group(), Normalizer.Form.NFKC));
      mended = SINGLE_QUOTES.matcher(mended).replaceAll("'");
      mended = DOUBLE_QUOTES.matcher(mended).replaceAll("\"");
      mended = Normalizer.normalize(mended, Normalizer.Form.NFC);
      return lower(joined(unescaped(mended)));
    }
  },

  /** SigLIP's: lower case, without ASCII punctuation, spaces joined. */
  SIGLIP {
    @Override
    String clean(String text) {
      return joined(PUNCTUATION.matcher(lower(text)).replaceAll(""));
    }
  },

  /** OpenCLIP's {@code canonicalize}: SigLIP's, entities replaced and "_" a space before. */
  CANONICAL {
    @Override
    String clean(String text) {
      return SIGLIP.clean(unescaped(text).replace('_', ' '));
    }
  },

  /** SigLIP 2's: lower case alone. */
  LOWER {
    @Override
    String clean(String text) {
      return lower(text);
    }
  },

  /** None, but for what the tokenizer's own file says. */
  NONE {
    @Override
    String clean(String text) {
      return text;
    }
  };

  private static final Pattern COMPATIBILITY =
      Pattern.compile("[\\uFF01-\\uFF5E\\uFB00-\\uFB06\\u3000]");
  private static final Pattern SINGLE_QUOTES = Pattern.compile("[\\u02BC\\u2018-\\u201B]");
  private static final Pattern DOUBLE_QUOTES = Pattern.compile("[\\u201C-\\u201F]");
  private static final Pattern SPACES = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern PUNCTUATION = Pattern.compile("[!-/:-@\\[-`{-~]");

  abstract String clean(String text);

  private static String unescaped(String text) {
    return Parser.unescapeEntities(Parser.unescapeEntities(text, false), false);
  }

  private static String joined(String text) {
    return SPACES.matcher(text).replaceAll(" ").strip();
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
