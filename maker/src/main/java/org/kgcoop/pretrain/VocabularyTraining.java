package org.kgcoop.pretrain;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.BytePairTokenizer;
import org.kgcoop.clip.Tokenizer;
import org.kgcoop.clip.Tokenizers;
import org.kgcoop.files.AtomicFile;

/**
 * The training of byte-pair merges for {@link Tokenizer}. It repeatedly merges the most frequent
 * pair of neighboring symbols within a word. Source: Sennrich et al., "Neural Machine Translation
 * of Rare Words with Subword Units", ACL 2016.
 *
 * <p>Of equally frequent pairs, the first in text order is merged, so that equal texts give equal
 * merges.
 */
public final class VocabularyTraining {

  /** The number of token ids without merges: bytes, bytes at the end of a word, start and end. */
  public static final int WITHOUT_MERGES = 514;

  private VocabularyTraining() {}

  private static final class Word {
    final long count;
    List<String> symbols;

    Word(List<String> symbols, long count) {
      this.symbols = symbols;
      this.count = count;
    }
  }

  /**
   * Returns the merges, most frequent first. There are fewer if no word has two symbols left.
   *
   * @param texts the number of occurrences of each text
   */
  public static List<String> merges(Map<String, Long> texts, int count) {
    Map<String, Long> counts = new TreeMap<>();
    texts.forEach(
        (text, times) ->
            BytePairTokenizer.words(text).forEach(w -> counts.merge(w, times, Long::sum)));
    List<Word> words = new ArrayList<>();
    counts.forEach((word, times) -> words.add(new Word(BytePairTokenizer.characters(word), times)));
    Map<String, Long> pairs = new HashMap<>();
    words.forEach(word -> addPairs(pairs, word, 1));
    List<String> merges = new ArrayList<>();
    while (merges.size() < count) {
      String best = commonest(pairs);
      if (best == null) {
        break;
      }
      merges.add(best);
      String[] parts = best.split(" ", 2);
      for (Word word : words) {
        int at = word.symbols.indexOf(parts[0]);
        if (at >= 0 && word.symbols.contains(parts[1])) {
          addPairs(pairs, word, -1);
          word.symbols = mergeAll(word.symbols, best);
          addPairs(pairs, word, 1);
        }
      }
    }
    return merges;
  }

  private static void addPairs(Map<String, Long> pairs, Word word, int sign) {
    for (int i = 0; i + 1 < word.symbols.size(); i++) {
      String pair = word.symbols.get(i) + " " + word.symbols.get(i + 1);
      pairs.merge(pair, sign * word.count, (a, b) -> a + b == 0 ? null : Long.valueOf(a + b));
    }
  }

  private static @Nullable String commonest(Map<String, Long> pairs) {
    String best = null;
    long most = 0;
    for (Map.Entry<String, Long> pair : pairs.entrySet()) {
      long times = pair.getValue();
      if (best == null || times > most || (times == most && pair.getKey().compareTo(best) < 0)) {
        best = pair.getKey();
        most = times;
      }
    }
    return best;
  }

  /** Writes a {@code merges.txt} for {@link Tokenizers#read}. */
  public static void write(Path file, List<String> merges) {
    String text = "#version: 0.2\n" + String.join("\n", merges) + "\n";
    AtomicFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Merges all occurrences of a pair, from left to right. */
  private static List<String> mergeAll(List<String> symbols, String pair) {
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
}
