package org.kgcoop.clip;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jsoup.parser.Parser;

/** The cleaning of a text before tokenization, as published for each family of models. */
public enum TextCleaning {
  /**
   * OpenCLIP's for tokenizers of Hugging Face: normalized characters, HTML entities replaced twice,
   * joined spaces.
   *
   * <p>The published code repairs characters with the Python library ftfy. This is the part that
   * matters for texts about images: full-width letters and ligatures by compatibility, curly
   * quotes, the ideographic space, canonical composition. It does not repair text that was decoded
   * with a wrong encoding.
   */
  REPAIRED,

  /** The cleaning of OpenAI's CLIP: the same, in lower case. */
  CLIP,

  /** SigLIP's: lower case, without ASCII punctuation, joined spaces. */
  WITHOUT_PUNCTUATION,

  /** OpenCLIP's {@code canonicalize}: the same, with entities and "_" replaced first. */
  CANONICAL,

  /** SigLIP 2's: only lower case. */
  LOWER,

  /** No cleaning, except that of the tokenizer's own file. */
  NONE;

  private static final Pattern COMPATIBILITY =
      Pattern.compile("[\\uFF01-\\uFF5E\\uFB00-\\uFB06\\u3000]");
  private static final Pattern SINGLE_QUOTES = Pattern.compile("[\\u02BC\\u2018-\\u201B]");
  private static final Pattern DOUBLE_QUOTES = Pattern.compile("[\\u201C-\\u201F]");
  private static final Pattern SPACES = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern PUNCTUATION = Pattern.compile("[!-/:-@\\[-`{-~]");

  /** Cleans a text. */
  public String clean(String text) {
    return switch (this) {
      case REPAIRED -> joined(unescaped(repaired(text)));
      case CLIP -> lower(REPAIRED.clean(text));
      case WITHOUT_PUNCTUATION -> joined(PUNCTUATION.matcher(lower(text)).replaceAll(""));
      case CANONICAL -> WITHOUT_PUNCTUATION.clean(unescaped(text).replace('_', ' '));
      case LOWER -> lower(text);
      case NONE -> text;
    };
  }

  private static String repaired(String text) {
    String mended =
        COMPATIBILITY
            .matcher(text)
            .replaceAll(m -> Normalizer.normalize(m.group(), Normalizer.Form.NFKC));
    mended = SINGLE_QUOTES.matcher(mended).replaceAll("'");
    mended = DOUBLE_QUOTES.matcher(mended).replaceAll("\"");
    return Normalizer.normalize(mended, Normalizer.Form.NFC);
  }

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
