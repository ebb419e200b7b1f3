package org.kgcoop.clip.biomed;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.kgcoop.clip.TextCleaning;
import org.kgcoop.clip.Tokenizer;
import org.kgcoop.clip.TokenizerModel;

/**
 * BERT's tokenizer. Words are cut at spaces, punctuation and ideographs. Each word becomes the
 * longest pieces of the vocabulary, from the left: Wu et al., "Google's Neural Machine Translation
 * System", 2016. OpenCLIP's cleaning comes first.
 */
final class WordPieceTokenizer extends Tokenizer {
  private static final Pattern SPACES = Pattern.compile("[\\t\\n\\r\\p{Z}]");
  private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Co}\\uFFFD]");
  private static final Pattern MARKS = Pattern.compile("\\p{Mn}");

  /** Ideographs, but not kana and hangul. */
  private static final Pattern IDEOGRAPHS =
      Pattern.compile(
          "[\\u4E00-\\u9FFF\\u3400-\\u4DBF\\x{20000}-\\x{2A6DF}\\x{2A700}-\\x{2B73F}"
              + "\\x{2B740}-\\x{2B81F}\\x{2B820}-\\x{2CEAF}\\uF900-\\uFAFF\\x{2F800}-\\x{2FA1F}]");

  /** Punctuation marks, and runs of other characters without spaces. */
  private static final Pattern WORDS =
      Pattern.compile("[!-/:-@\\[-`{-~\\p{P}]|[^ !-/:-@\\[-`{-~\\p{P}]+");

  private final Settings settings;
  private final Pattern specialPattern;

  /**
   * The content of a tokenizer file.
   *
   * @param ids the id of each piece
   * @param special the pieces that a text can spell out, such as [MASK]
   * @param continuing the beginning of pieces inside of a word
   * @param longestWord the number of characters above which a word is unknown
   * @param lowerCase true if texts are converted to lower case
   * @param stripAccents true if accents are removed
   */
  record Settings(
      Map<String, Integer> ids,
      List<String> special,
      String unknown,
      String continuing,
      int longestWord,
      boolean lowerCase,
      boolean stripAccents) {
    int id(String piece) {
      return ids.getOrDefault(piece, 0);
    }
  }

  WordPieceTokenizer(Settings settings) {
    super(
        TokenizerModel.texts(settings.ids()),
        List.of(settings.id("[CLS]")),
        settings.id("[SEP]"),
        settings.id("[PAD]"),
        true);
    this.settings = settings;
    specialPattern =
        Pattern.compile(
            settings.special().stream().map(Pattern::quote).collect(Collectors.joining("|")));
  }

  @Override
  protected int unknown() {
    return settings.id(settings.unknown());
  }

  @Override
  protected String decode(String piece) {
    return piece.startsWith(settings.continuing())
        ? piece.substring(settings.continuing().length())
        : " " + piece;
  }

  @Override
  protected List<Integer> ids(String text) {
    String cleaned = TextCleaning.REPAIRED.clean(text);
    List<Integer> ids = new ArrayList<>();
    int from = 0;
    Matcher special = specialPattern.matcher(cleaned);
    while (special.find()) {
      addWords(cleaned.substring(from, special.start()), ids);
      ids.add(settings.id(special.group()));
      from = special.end();
    }
    addWords(cleaned.substring(from), ids);
    return ids;
  }

  private void addWords(String text, List<Integer> ids) {
    WORDS.matcher(normalized(text)).results().forEach(word -> addPieces(word.group(), ids));
  }

  /** Removes invisible characters and accents, separates ideographs, and lowers the case. */
  private String normalized(String text) {
    String plain = SPACES.matcher(text).replaceAll(" ");
    plain = IDEOGRAPHS.matcher(plain).replaceAll(" $0 ");
    plain = INVISIBLE.matcher(plain).replaceAll("");
    if (settings.stripAccents()) {
      plain = MARKS.matcher(Normalizer.normalize(plain, Normalizer.Form.NFD)).replaceAll("");
    }
    if (!settings.lowerCase()) {
      return plain;
    }
    return plain // one by one, because a sigma at the end of a word has no form of its own here
        .codePoints()
        .mapToObj(c -> Character.toString(c).toLowerCase(Locale.ROOT))
        .collect(Collectors.joining());
  }

  /** Adds the longest pieces of a word from the left, or one unknown piece for the entire word. */
  private void addPieces(String word, List<Integer> ids) {
    int[] characters = word.codePoints().toArray();
    int before = ids.size();
    int from = 0;
    while (from < characters.length && characters.length <= settings.longestWord()) {
      int to = characters.length;
      Integer id = null;
      while (id == null && to > from) {
        String part = new String(characters, from, to - from);
        id = settings.ids().get(from == 0 ? part : settings.continuing() + part);
        to--;
      }
      if (id == null) {
        break;
      }
      ids.add(id);
      from = to + 1;
    }
    if (from < characters.length) {
      ids.subList(before, ids.size()).clear();
      ids.add(settings.id(settings.unknown()));
    }
  }
}
