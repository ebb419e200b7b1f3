package org.kgcoop.clip;

import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * SentencePiece's byte pairs: characters are merged, the pair of the first rank first and of
 * several the leftmost, over the borders of words; a character that is no piece becomes its bytes.
 *
 * <p>A {@code tokenizer.json} lists the pairs. In SentencePiece's own file the score of what a pair
 * makes ranks it, and a pair that makes no piece is not merged.
 */
final class PieceMerges {
  private static final double NEVER = Double.POSITIVE_INFINITY;
  private static final int BITS = 21; // of an id and of a rank: there are three in a long

  private final Pieces pieces;
  private final Map<String, Integer> ids;
  private final long[] pairs; // left id, right id and rank in one, sorted
  private final int[] bytes; // id of each byte

  PieceMerges(Pieces pieces) {
    this.pieces = pieces;
    ids = pieces.ids();
    IntBuffer merges = pieces.merges();
    pairs = new long[merges.limit() / 2];
    if (Math.max(pairs.length, pieces.size()) > 1 << BITS) {
      throw pieces.refused("it has more pieces or merges than any model that is known");
    }
    for (int rank = 0; rank < pairs.length; rank++) {
      pairs[rank] = first(merges.get(2 * rank), merges.get(2 * rank + 1)) | rank;
    }
    Arrays.sort(pairs);
    bytes = pieces.bytes();
  }

  /** The least value that the entry of a pair may have. */
  private static long first(int left, int right) {
    return ((long) left << BITS | right) << BITS;
  }

  /** The rank of a part and the next one, the least of which is merged first. */
  private double rank(List<String> parts, int at) {
    if (at + 1 == parts.size()) {
      return NEVER;
    }
    if (!pieces.scores().isEmpty()) {
      String merged = parts.get(at) + parts.get(at + 1);
      Integer id = pieces.special().contains(merged) ? null : ids.get(merged);
      return id == null ? NEVER : -pieces.scores().get(id);
    }
    Integer left = ids.get(parts.get(at));
    Integer right = ids.get(parts.get(at + 1));
    if (left == null || right == null) {
      return NEVER;
    }
    long first = first(left, right);
    int place = Arrays.binarySearch(pairs, first);
    place = place < 0 ? -place - 1 : place;
    return place < pairs.length && pairs[place] >>> BITS == first >>> BITS
        ? pairs[place] - first
        : NEVER;
  }

  /** The ids of a cleaned text. */
  List<Integer> ids(String cleaned) {
    String text = cleaned.replace(' ', SentencePieceTokenizer.SPACE);
    List<String> parts = new ArrayList<>();
    text.codePoints().mapToObj(Character::toString).forEach(parts::add);
    List<Double> ranks = new ArrayList<>(); // of each part and the next one
    for (int i = 0; i < parts.size(); i++) {
      ranks.add(rank(parts, i));
    }
    while (!parts.isEmpty() && Collections.min(ranks) < NEVER) {
      int at = ranks.indexOf(Collections.min(ranks));
      parts.set(at, parts.get(at) + parts.remove(at + 1));
      ranks.subList(at, at + 1).clear();
      for (int i = Math.max(at - 1, 0); i <= at; i++) {
        ranks.set(i, rank(parts, i));
      }
    }
    List<Integer> found = new ArrayList<>();
    for (String part : parts) {
      Integer id = ids.get(part);
      if (id != null) {
        found.add(id);
        continue;
      }
      for (byte b : part.getBytes(StandardCharsets.UTF_8)) {
        found.add(bytes[b & 0xff]);
      }
    }
    return found;
  }
}
