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
 * The pieces of a tokenizer, whatever its file is: a {@code tokenizer.json}, or SentencePiece's
 * own.
 *
 * @param file named in errors
 * @param unigram true of a unigram model, false of one that merges pairs
 * @param byteFallback true if a character that is no piece becomes its bytes
 * @param pieces with their ids
 * @param scores of each id: log probabilities of a unigram model, of merges that are not listed the
 *     greater the earlier; empty where merges are listed
 * @param merges pairs that are merged, the ids of two pieces each, the first ones first; empty
 *     where scores tell
 * @param characterMap SentencePiece's compiled map of characters, or empty
 */
record TokenizerModel(
    Path file,
    boolean unigram,
    boolean byteFallback,
    Pieces pieces,
    List<Float> scores,
    IntBuffer merges,
    ByteBuffer characterMap) {

  /**
   * The pieces of a tokenizer.
   *
   * @param ids of each piece, those added to the model's own with them
   * @param special pieces that stand for no text
   * @param whole pieces of text that are taken before others are looked for
   */
  record Pieces(Map<String, Integer> ids, Set<String> special, Set<String> whole) {}

  /** The bits of an id: no model that is known needs as many. */
  static final int ID_BITS = 21;

  /** Refuses ids and scores that no tokenizer has. */
  TokenizerModel {
    pieces
        .ids()
        .forEach(
            (piece, id) -> {
              if (id < 0 || id >= 1 << ID_BITS) {
                throw FileErrors.refused(
                    file,
                    "piece '%s' has the id %s: expected 0 to %s"
                        .formatted(piece, id, (1 << ID_BITS) - 1));
              }
            });
    if (!scores.stream().allMatch(Float::isFinite)) {
      throw FileErrors.refused(file, "the score of a piece is no finite number");
    }
  }

  /** The id of each piece, those added to the model's own with them. */
  Map<String, Integer> ids() {
    return pieces.ids();
  }

  /** The refusal of the file. */
  KgCoopException refused(String why) {
    return FileErrors.refused(file, why);
  }

  /** True if they are SentencePiece's, rather than CLIP's. */
  boolean areSentencePieces() {
    return unigram || byteFallback;
  }

  /** The id of each byte. */
  int[] bytes() {
    int[] bytes = new int[256];
    for (int b = 0; b < bytes.length; b++) {
      bytes[b] = id(String.format(Locale.ROOT, "<0x%02X>", b));
    }
    return bytes;
  }

  /** The number of ids: one more than the greatest. */
  int size() {
    return 1 + ids().values().stream().mapToInt(Integer::intValue).max().orElse(-1);
  }

  /** The piece of each id, "" where there is none. */
  List<String> texts() {
    String[] texts = new String[size()];
    Arrays.fill(texts, "");
    ids().forEach((piece, id) -> texts[id] = piece);
    return List.of(texts);
  }

  /** The id of a piece that must be there. */
  int id(String piece) {
    Integer id = ids().get(piece);
    if (id == null) {
      throw refused("it has no piece '" + piece + "', which this kind of tokenizer has");
    }
    return id;
  }
}
