package org.kgcoop.clip;

import java.io.IOException;
import java.nio.IntBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FileErrors;
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

  /** The printable characters that represent the bytes 0 to 255. */
  static final String BYTES = byteCharacters();

  /** Returns the merges of OpenAI's models, which all models of a process share. */
  static Vocabulary released() {
    return Released.VOCABULARY;
  }

  private static final class Released {
    static final Vocabulary VOCABULARY = ofMerges(releasedLines(), "released merges");
  }

  /** Returns the lines of OpenAI's {@code merges.txt}: a comment, then the merges. */
  static List<String> releasedLines() {
    return Resources.text(Vocabulary.class, "merges.txt").lines().toList();
  }

  /** Reads a {@code merges.txt}, whose first line is a comment. */
  static Vocabulary ofMerges(Path file) {
    try {
      return ofMerges(InputFile.text(file).lines().toList(), file.toString());
    } catch (IOException e) {
      throw KgCoopException.weights(
          file + ": cannot be read as a tokenizer: " + FileErrors.reason(e), e);
    }
  }

  private static Vocabulary ofMerges(List<String> lines, String source) {
    List<String> merges = new ArrayList<>();
    for (int i = 1; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() && i == lines.size() - 1) {
        continue;
      }
      if (line.split(" ").length != 2) {
        throw KgCoopException.weights(
            source + ", line " + (i + 1) + ": expected two symbols, got '" + line + "'");
      }
      merges.add(line);
    }
    return of(merges, null);
  }

  /** Creates the vocabulary of a {@code tokenizer.json} of CLIP's kind. */
  static Vocabulary of(TokenizerModel pieces) {
    Map<String, Integer> ids = pieces.ids();
    IntBuffer merged = pieces.merges();
    if (!merged.hasRemaining() || !ids.containsKey(START) || !ids.containsKey(END)) {
      throw pieces.refused(
          "expected model.merges, model.vocab and the tokens " + START + " and " + END);
    }
    List<String> texts = pieces.texts();
    List<String> merges = new ArrayList<>();
    for (int i = 0; i < merged.limit(); i += 2) {
      merges.add(texts.get(merged.get(i)) + " " + texts.get(merged.get(i + 1)));
    }
    return of(merges, pieces);
  }

  private static Vocabulary of(List<String> merges, @Nullable TokenizerModel pieces) {
    Map<String, Integer> ranks = new HashMap<>();
    List<String> symbols = new ArrayList<>();
    // OpenAI's table lists the printable bytes first, then the others.
    List<Character> order = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      if (isPrintable(b)) {
        order.add(BYTES.charAt(b));
      }
    }
    for (int b = 0; b < 256; b++) {
      if (!isPrintable(b)) {
        order.add(BYTES.charAt(b));
      }
    }
    order.forEach(c -> symbols.add(String.valueOf(c)));
    order.forEach(c -> symbols.add(c + WORD_END));
    for (String merge : merges) {
      ranks.putIfAbsent(merge, ranks.size());
      symbols.add(merge.replace(" ", ""));
    }
    symbols.add(START);
    symbols.add(END);
    Map<String, Integer> ids = new HashMap<>();
    for (int id = 0; id < symbols.size(); id++) {
      // A symbol of two merges has the later id, as in the published code.
      ids.put(symbols.get(id), id);
    }
    if (pieces != null) {
      ids.putAll(pieces.ids());
      symbols.clear();
      symbols.addAll(pieces.texts());
    }
    return new Vocabulary(Map.copyOf(ranks), Map.copyOf(ids), List.copyOf(symbols));
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
