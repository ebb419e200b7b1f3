package org.kgcoop.clip;

import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * SentencePiece's byte-pair encoding. It merges characters across word borders: the pair with the
 * first rank, and of several the leftmost. A character without a piece becomes its bytes.
 */
final class PieceMerges {
  private static final int BITS =
      TokenizerModel.ID_BITS; // of an id and of a rank, three of which fit into a long

  private final Map<String, Integer> ids;
  private final long[] pairs; // left id, right id and rank in one number, sorted
  private final int[] bytes; // id of each byte

  PieceMerges(TokenizerModel pieces) {
    ids = pieces.ids();
    IntBuffer merges = pieces.merges();
    pairs = new long[merges.limit() / 2];
    if (pairs.length > 1 << BITS) {
      throw pieces.refused("it has more merges than any model that is known");
    }
    for (int rank = 0; rank < pairs.length; rank++) {
      pairs[rank] = first(merges.get(2 * rank), merges.get(2 * rank + 1)) | rank;
    }
    Arrays.sort(pairs);
    bytes = pieces.bytes();
  }

  /** Returns the minimum entry of a pair in the table. */
  private static long first(int left, int right) {
    return ((long) left << BITS | right) << BITS;
  }

  /** Returns the rank of two neighbors. The lowest rank is merged first. */
  private double rank(String leftPart, String rightPart) {
    Integer left = ids.get(leftPart);
    Integer right = ids.get(rightPart);
    if (left == null || right == null) {
      return PairMerging.NEVER;
    }
    long first = first(left, right);
    int place = Arrays.binarySearch(pairs, first);
    place = place < 0 ? -place - 1 : place;
    return place < pairs.length && pairs[place] >>> BITS == first >>> BITS
        ? pairs[place] - first
        : PairMerging.NEVER;
  }

  /** Returns the ids of a cleaned text. */
  List<Integer> ids(String cleaned) {
    String text = cleaned.replace(' ', SentencePieceTokenizer.SPACE);
    List<String> parts = text.codePoints().mapToObj(Character::toString).toList();
    List<Integer> found = new ArrayList<>();
    for (String part : PairMerging.merged(parts, this::rank)) {
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
