package org.kgcoop.clip.biomed;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.kgcoop.clip.TextCleaning;
import org.kgcoop.clip.Tokenizer;

/**
 * BERT's tokenizer. Words are cut at spaces, punctuation and ideographs. Each word becomes the
 * longest pieces of the vocabulary, from the left: Wu et al., "Google's Neural Machine Translation
 * System", 2016. OpenCLIP's cleaning comes first.
 */
final class WordPieceTokenizer extends Tokenizer {
  /** The ranges of ideographs, first and last; not those of kana and hangul. */
  private static final int[][] IDEOGRAPHS = {
    {0x4E00, 0x9FFF}, {0x3400, 0x4DBF}, {0x20000, 0x2A6DF}, {0x2A700, 0x2B73F},
    {0x2B740, 0x2B81F}, {0x2B820, 0x2CEAF}, {0xF900, 0xFAFF}, {0x2F800, 0x2FA1F}
  };

  private static final Pattern ASCII_PUNCTUATION = Pattern.compile("[!-/:-@\\[-`{-~]");

  private final Settings settings;
  private final Pattern specialPattern;
  private final List<String> texts; // text of each id

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
      boolean stripAccents) {}

  WordPieceTokenizer(Settings settings) {
    this.settings = settings;
    specialPattern =
        Pattern.compile(
            settings.special().stream().map(Pattern::quote).collect(Collectors.joining("|")));
    int size = 1 + settings.ids().values().stream().mapToInt(id -> id).max().orElse(-1);
    String[] pieces = new String[size];
    Arrays.fill(pieces, "");
    settings.ids().forEach((piece, id) -> pieces[id] = piece);
    texts = List.of(pieces);
  }

  private int id(String piece) {
    return settings.ids().getOrDefault(piece, 0);
  }

  @Override
  public int vocabularySize() {
    return texts.size();
  }

  @Override
  public List<Integer> start() {
    return List.of(id("[CLS]"));
  }

  @Override
  public int endOfText() {
    return id("[SEP]");
  }

  @Override
  public int padding() {
    return id("[PAD]");
  }

  @Override
  public boolean cuts() {
    return true;
  }

  @Override
  public String decode(int id) {
    String piece = texts.get(id);
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
      words(normalized(cleaned.substring(from, special.start())), word -> addPieces(word, ids));
      ids.add(id(special.group()));
      from = special.end();
    }
    words(normalized(cleaned.substring(from)), word -> addPieces(word, ids));
    return ids;
  }

  /** Removes invisible characters and accents, separates ideographs, and lowers the case. */
  private String normalized(String text) {
    StringBuilder plain = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              if (isWhiteSpace(c)) {
                plain.append(' ');
              } else if (isIdeograph(c)) {
                plain.append(' ').appendCodePoint(c).append(' ');
              } else if (!isInvisible(c)) {
                plain.appendCodePoint(c);
              }
            });
    StringBuilder result = new StringBuilder();
    String decomposed =
        settings.stripAccents()
            ? Normalizer.normalize(plain, Normalizer.Form.NFD)
            : plain.toString();
    decomposed
        .codePoints()
        .filter(c -> !settings.stripAccents() || Character.getType(c) != Character.NON_SPACING_MARK)
        // One by one, because a sigma at the end of a word has no form of its own here.
        .mapToObj(Character::toString)
        .map(c -> settings.lowerCase() ? c.toLowerCase(Locale.ROOT) : c)
        .forEach(result::append);
    return result.toString();
  }

  private static boolean isWhiteSpace(int c) {
    return c == '\t' || c == '\n' || c == '\r' || Character.isSpaceChar(c);
  }

  private static boolean isInvisible(int c) {
    return c == 0xFFFD
        || switch (Character.getType(c)) {
          case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE -> true;
          default -> false;
        };
  }

  private static boolean isIdeograph(int c) {
    return Arrays.stream(IDEOGRAPHS).anyMatch(range -> range[0] <= c && c <= range[1]);
  }

  private static boolean isPunctuation(String c) {
    return ASCII_PUNCTUATION.matcher(c).matches()
        || switch (Character.getType(c.codePointAt(0))) {
          case Character.CONNECTOR_PUNCTUATION,
              Character.DASH_PUNCTUATION,
              Character.START_PUNCTUATION,
              Character.END_PUNCTUATION,
              Character.INITIAL_QUOTE_PUNCTUATION,
              Character.FINAL_QUOTE_PUNCTUATION,
              Character.OTHER_PUNCTUATION ->
              true;
          default -> false;
        };
  }

  /** Cuts a text at spaces, and around every punctuation mark. */
  private static void words(String text, Consumer<String> words) {
    for (String spaced : text.split(" ", 0)) {
      StringBuilder word = new StringBuilder();
      for (int c : spaced.codePoints().toArray()) {
        String character = Character.toString(c);
        if (isPunctuation(character)) {
          add(word, words);
          words.accept(character);
        } else {
          word.append(character);
        }
      }
      add(word, words);
    }
  }

  private static void add(StringBuilder word, Consumer<String> words) {
    if (!word.isEmpty()) {
      words.accept(word.toString());
      word.setLength(0);
    }
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
      ids.add(id(settings.unknown()));
    }
  }
}
