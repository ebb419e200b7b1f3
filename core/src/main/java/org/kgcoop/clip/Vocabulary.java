package org.kgcoop.clip;

import java.io.IOException;
import java.nio.IntBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.Lazy;
import org.kgcoop.files.InputFile;
import org.kgcoop.files.Resources;

/**
 * Byte-pair merges and token ids. The ids of OpenAI's tokenizer are, in this order: 256 bytes, 256
 * bytes at the end of a word, one token per merge, start of text, end of text.
 *
 * @param ranks maps a pair of symbols, joined by a space, to its position among the merges
 * @param ids maps a symbol to its token id
 * @param symbols the symbol of each token id
 */
record Vocabulary(Map<String, Integer> ranks, Map<String, Integer> ids, List<String> symbols) {
  static final String START = "<|startoftext|>";
  static final String END = "<|endoftext|>";
  static final String WORD_END = "</w>";

  private static final Lazy<Vocabulary> RELEASED =
      new Lazy<>(() -> ofMerges(releasedLines(), "released merges"));

  /** The printable characters that represent the bytes 0 to 255. */
  static final String BYTES = byteCharacters();

  /** Returns the id of a symbol. */
  int id(String symbol) {
    Integer id = ids.get(symbol);
    if (id == null) {
      throw KgCoopException.weights("the tokenizer has no id for '" + symbol + "'");
    }
    return id;
  }

  /** Returns the merges of OpenAI's models, which all models of a process share. */
  static Vocabulary released() {
    return RELEASED.get();
  }

  /** Returns the lines of OpenAI's {@code merges.txt}: a comment, then the merges. */
  static List<String> releasedLines() {
    return Resources.text(Vocabulary.class, "merges.txt").lines().toList();
  }

  /**
   * Reads a {@code merges.txt}, whose first line is a comment.
   *
   * @throws KgCoopException if a line is no merge, repeats one, or merges symbols that no line
   *     before it makes, because the file is then damaged
   */
  static Vocabulary ofMerges(Path file) {
    try {
      List<String> lines = InputFile.text(file).stripTrailing().lines().toList();
      return ofMerges(lines, file.toString());
    } catch (IOException e) {
      throw TokenizerModel.unreadable(file, e);
    }
  }

  private static Vocabulary ofMerges(List<String> lines, String source) {
    // OpenAI's table lists the printable bytes first, then the others.
    List<String> bytes =
        IntStream.range(0, 256)
            .boxed()
            .sorted(Comparator.comparing(b -> !isPrintable(b)))
            .map(b -> BYTES.substring(b, b + 1))
            .toList();
    List<String> symbols = new ArrayList<>(bytes);
    bytes.forEach(b -> symbols.add(b + WORD_END));
    Set<String> made = new HashSet<>(symbols);
    Map<String, Integer> ranks = new HashMap<>();
    for (int i = 1; i < lines.size(); i++) {
      String merge = lines.get(i).strip();
      String[] parts = merge.split(" ", -1);
      if (parts.length != 2) {
        throw damaged(source, i, "expected two symbols, got '" + merge + "'");
      }
      for (String part : parts) {
        if (!made.contains(part)) {
          throw damaged(
              source,
              i,
              "'" + part + "' is no byte and no merge of a line before; the file is damaged");
        }
      }
      if (ranks.putIfAbsent(merge, ranks.size()) != null) {
        throw damaged(source, i, "'" + merge + "' is there twice; the file is damaged");
      }
      made.add(parts[0] + parts[1]);
      symbols.add(parts[0] + parts[1]);
    }
    symbols.addAll(List.of(START, END));
    Map<String, Integer> ids = new HashMap<>();
    for (int id = 0; id < symbols.size(); id++) {
      // A symbol of two merges has the later id, as in the published code.
      ids.put(symbols.get(id), id);
    }
    return new Vocabulary(ranks, ids, symbols);
  }

  private static KgCoopException damaged(String source, int index, String what) {
    return KgCoopException.weights(
        "%s, line %s: %s; copy or download it again".formatted(source, index + 1, what));
  }

  /** Creates the vocabulary of a {@code tokenizer.json} of CLIP's kind. */
  static Vocabulary of(TokenizerModel pieces) {
    Map<String, Integer> ids = pieces.ids();
    IntBuffer merges = pieces.merges();
    if (!merges.hasRemaining() || !ids.containsKey(START) || !ids.containsKey(END)) {
      throw pieces.refused(
          "expected model.merges, model.vocab and the tokens " + START + " and " + END);
    }
    List<String> texts = TokenizerModel.texts(ids);
    Map<String, Integer> ranks = new HashMap<>();
    for (int i = 0; i < merges.limit(); i += 2) {
      String left = texts.get(merges.get(i));
      String right = texts.get(merges.get(i + 1));
      if (!ids.containsKey(left + right)) {
        throw pieces.refused(
            "model.merges: no piece '%s%s' in model.vocab, which '%s %s' makes"
                .formatted(left, right, left, right));
      }
      if (ranks.putIfAbsent(left + " " + right, ranks.size()) != null) {
        throw pieces.refused("model.merges: '%s %s' is there twice".formatted(left, right));
      }
    }
    return new Vocabulary(ranks, ids, texts);
  }

  private static boolean isPrintable(int b) {
    return (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
  }

  private static String byteCharacters() {
    StringBuilder characters = new StringBuilder();
    int next = 256;
    for (int b = 0; b < 256; b++) {
      characters.append((char) (isPrintable(b) ? b : next++));
    }
    return characters.toString();
  }
}
