package org.kgcoop.clip;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FileErrors;

/**
 * The content of a {@code tokenizer.json}.
 *
 * @param file the file, for error messages
 * @param unigram true for a unigram model, false for one that merges pairs
 * @param byteFallback true if a character without a piece becomes its bytes
 * @param ids the id of each piece, including added tokens
 * @param special pieces that represent no text
 * @param scores the log probability of each id of a unigram model; empty for the other kind
 * @param merges the pairs to merge, two ids each, in order
 * @param characterMap SentencePiece's compiled map of characters, or empty
 */
record TokenizerModel(
    Path file,
    boolean unigram,
    boolean byteFallback,
    Map<String, Integer> ids,
    Set<String> special,
    List<Float> scores,
    IntBuffer merges,
    ByteBuffer characterMap) {

  /** The number of bits of an id. No known model needs as many. */
  static final int ID_BITS = 21;

  /** Rejects invalid ids and scores. */
  TokenizerModel {
    ids.forEach(
        (piece, id) -> {
          if (id < 0 || id >= 1 << ID_BITS) {
            throw FileErrors.refused(
                file,
                "piece '%s' has the id %s: expected 0 to %s"
                    .formatted(piece, id, (1 << ID_BITS) - 1));
          }
        });
    if (!scores.stream().allMatch(Float::isFinite)) {
      throw FileErrors.refused(file, "the score of a piece is not a finite number");
    }
  }

  /** Creates an error for the file. */
  KgCoopException refused(String why) {
    return FileErrors.refused(file, why);
  }

  /** Returns true for SentencePiece, false for CLIP's kind of tokenizer. */
  boolean areSentencePieces() {
    return unigram || byteFallback;
  }

  /** Returns the id of each byte. */
  int[] bytes() {
    int[] bytes = new int[256];
    for (int b = 0; b < bytes.length; b++) {
      bytes[b] = id(String.format(Locale.ROOT, "<0x%02X>", b));
    }
    return bytes;
  }

  /** Returns the number of ids: the maximum plus one. */
  int size() {
    return 1 + ids.values().stream().mapToInt(Integer::intValue).max().orElse(-1);
  }

  /** Returns the piece of each id, "" if there is none. */
  List<String> texts() {
    String[] texts = new String[size()];
    Arrays.fill(texts, "");
    ids.forEach((piece, id) -> texts[id] = piece);
    return List.of(texts);
  }

  /** Returns the id of a required piece. */
  int id(String piece) {
    Integer id = ids.get(piece);
    if (id == null) {
      throw refused("it has no piece '" + piece + "', which this kind of tokenizer needs");
    }
    return id;
  }
}
