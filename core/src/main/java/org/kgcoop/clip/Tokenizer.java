package org.kgcoop.clip;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kgcoop.KgCoopException;

/**
 * CLIP's byte-level byte-pair tokenizer. Gives the ids of the released one, character for character
 * within the limits that {@link TextCleaning} states. Safe for use by several threads.
 */
public final class Tokenizer {
  private static final int MAX_CACHED_WORDS = 100_000;

  private static final Pattern WORDS =
      Pattern.compile(
          "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^\\s\\p{L}\\p{N}]+",
          Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.UNICODE_CHARACTER_CLASS);

  private final Vocabulary vocabulary;
  private final Map<String, List<Integer>> cache = new ConcurrentHashMap<>();

  private Tokenizer(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
  }

  /** The tokenizer of the released models: 49,408 ids. */
  public static Tokenizer released() {
    return new Tokenizer(Vocabulary.released());
  }

  /** A tokenizer from a {@code merges.txt} or {@code tokenizer.json}. */
  public static Tokenizer read(Path file) {
    return new Tokenizer(Vocabulary.read(file));
  }

  public int vocabularySize() {
    return vocabulary.symbols().size();
  }

  public int startOfText() {
    return id(Vocabulary.START);
  }

  public int endOfText() {
    return id(Vocabulary.END);
  }

  /** The ids of a text, without the marks of its start and end. */
  public List<Integer> encode(String text) {
    List<Integer> ids = new ArrayList<>();
    words(text).forEach(word -> ids.addAll(word(word)));
    return ids;
  }

  /** The words of a text, cleaned: no merge crosses their borders. */
  static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORDS.matcher(TextCleaning.clean(text));
    while (matcher.find()) {
      words.add(matcher.group());
    }
    return words;
  }

  /**
   * The ids of a text between the marks of its start and end.
   *
   * @throws KgCoopException where they are more than {@code contextLength}
   */
  public List<Integer> encodeMarked(String text, int contextLength) {
    List<Integer> ids = new ArrayList<>();
    ids.add(startOfText());
    ids.addAll(encode(text));
    ids.add(endOfText());
    if (ids.size() > contextLength) {
      throw KgCoopException.configuration(
          ("text '%s' has %s tokens with its two marks; the model reads %s: shorten the class "
                  + "name or the prompt")
              .formatted(abbreviated(text), ids.size(), contextLength));
    }
    return ids;
  }

  /** The text that a token stands for, a space after it where it ends a word. */
  public String decode(int id) {
    String symbol = vocabulary.symbols().get(id);
    boolean end = symbol.endsWith(Vocabulary.WORD_END);
    String characters =
        end ? symbol.substring(0, symbol.length() - Vocabulary.WORD_END.length()) : symbol;
    byte[] bytes = new byte[characters.length()];
    for (int i = 0; i < bytes.length; i++) {
      int b = Vocabulary.BYTES.indexOf(characters.charAt(i));
      if (b < 0) {
        return symbol;
      }
      bytes[i] = (byte) b;
    }
    return new String(bytes, StandardCharsets.UTF_8) + (end ? " " : "");
  }

  private int id(String symbol) {
    Integer id = vocabulary.ids().get(symbol);
    if (id == null) {
      throw KgCoopException.weights("the tokenizer has no id for '" + symbol + "'");
    }
    return id;
  }

  private List<Integer> word(String word) {
    List<Integer> known = cache.get(word);
    if (known != null) {
      return known;
    }
    List<Integer> ids = merged(word).stream().map(this::id).toList();
    if (cache.size() < MAX_CACHED_WORDS) {
      cache.put(word, ids);
    }
    return ids;
  }

  /** The symbols of a word once no pair of neighbours can be merged any more. */
  private List<String> merged(String word) {
    if (word.equals(Vocabulary.START) || word.equals(Vocabulary.END)) {
      return List.of(word);
    }
    List<String> symbols = characters(word);
    while (symbols.size() > 1) {
      String best = null;
      int bestRank = Integer.MAX_VALUE;
      for (int i = 0; i + 1 < symbols.size(); i++) {
        String pair = symbols.get(i) + " " + symbols.get(i + 1);
        int rank = vocabulary.ranks().getOrDefault(pair, Integer.MAX_VALUE);
        if (rank < bestRank) {
          best = pair;
          bestRank = rank;
        }
      }
      if (best == null) {
        break;
      }
      symbols = mergeAll(symbols, best);
    }
    return symbols;
  }

  /** The symbols of a word before any merge: one for each of its bytes. */
  static List<String> characters(String word) {
    List<String> symbols = new ArrayList<>();
    for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
      symbols.add(String.valueOf(Vocabulary.BYTES.charAt(b & 0xFF)));
    }
    int last = symbols.size() - 1;
    symbols.set(last, symbols.get(last) + Vocabulary.WORD_END);
    return symbols;
  }

  static List<String> mergeAll(List<String> symbols, String pair) {
    List<String> merged = new ArrayList<>();
    for (int i = 0; i < symbols.size(); i++) {
      if (i + 1 < symbols.size() && (symbols.get(i) + " " + symbols.get(i + 1)).equals(pair)) {
        merged.add(symbols.get(i) + symbols.get(i + 1));
        i++;
      } else {
        merged.add(symbols.get(i));
      }
    }
    return merged;
  }

  private static String abbreviated(String text) {
    return text.length() <= 60 ? text : text.substring(0, 57) + "...";
  }
}
