package org.kgcoop.clip;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * CLIP's byte-level byte-pair tokenizer. Its ids equal those of OpenAI's tokenizer, except for the
 * limits that {@link TextCleaning} describes.
 */
public final class BytePairTokenizer extends Tokenizer {
  private static final int MAX_CACHED_WORDS = 100_000;
  private static final int LONGEST_CACHED = 32; // letters; longer texts are rarely words

  private static final Pattern WORDS =
      Pattern.compile(
          "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^\\s\\p{L}\\p{N}]+",
          Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.UNICODE_CHARACTER_CLASS);

  private final Vocabulary vocabulary;
  private final Map<String, List<Integer>> cache = new ConcurrentHashMap<>();

  BytePairTokenizer(Vocabulary vocabulary) {
    this(vocabulary, false);
  }

  private BytePairTokenizer(Vocabulary vocabulary, boolean cuts) {
    super(
        vocabulary.symbols(),
        List.of(vocabulary.id(Vocabulary.START)),
        vocabulary.id(Vocabulary.END),
        0, // as published: nothing reads the tokens after the end of text
        cuts);
    this.vocabulary = vocabulary;
  }

  /** Returns a tokenizer with the same ids that cuts long texts. */
  public BytePairTokenizer cutting() {
    return new BytePairTokenizer(vocabulary, true);
  }

  @Override
  protected List<Integer> ids(String text) {
    return WORDS
        .matcher(TextCleaning.CLIP.clean(text))
        .results()
        .flatMap(word -> word(word.group()).stream())
        .toList();
  }

  @Override
  protected String decode(String symbol) {
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

  private List<Integer> word(String word) {
    List<Integer> known = cache.get(word);
    if (known != null) {
      return known;
    }
    List<Integer> ids = merged(word).stream().map(vocabulary::id).toList();
    if (word.length() <= LONGEST_CACHED && cache.size() < MAX_CACHED_WORDS) {
      cache.put(word, ids);
    }
    return ids;
  }

  /** Merges pairs of neighbors in a word until no merge applies, from one symbol per byte on. */
  private List<String> merged(String word) {
    if (word.equals(Vocabulary.START) || word.equals(Vocabulary.END)) {
      return List.of(word);
    }
    List<String> symbols = new ArrayList<>();
    for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
      symbols.add(String.valueOf(Vocabulary.BYTES.charAt(b & 0xFF)));
    }
    symbols.add(symbols.remove(symbols.size() - 1) + Vocabulary.WORD_END);
    Map<String, Integer> ranks = vocabulary.ranks();
    return PairMerging.merged(
        symbols,
        (left, right) -> {
          Integer rank = ranks.get(left + " " + right);
          return rank == null ? PairMerging.NEVER : rank;
        });
  }
}
