package org.kgcoop.clip;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * SentencePiece's byte pairs: characters are merged, the pair of the first rank first and of
 * several the leftmost, over the borders of words; a character that is no piece becomes its bytes.
 */
final class PieceMerges {
  private static final int NONE = -1;

  private final Map<String, Integer> ids;
  private final long[] pairs; // (left id, right id), sorted
  private final int[] ranks; // of each pair
  private final int[] merged; // id by rank
  private final int[] bytes; // id of each byte

  PieceMerges(TokenizerJson json) {
    ids = json.ids();
    int count = json.merges().size();
    long[] byRank = new long[count];
    merged = new int[count];
    for (int rank = 0; rank < count; rank++) {
      String merge = json.merges().get(rank);
      int space = merge.indexOf(' ');
      if (space < 1 || space == merge.length() - 1) {
        throw json.refused("model.merges: expected two pieces, got '" + merge + "'");
      }
      String left = merge.substring(0, space);
      String right = merge.substring(space + 1);
      byRank[rank] = pair(json.id(left), json.id(right));
      merged[rank] = json.id(left + right);
    }
    pairs = byRank.clone();
    Arrays.sort(pairs);
    ranks = new int[count];
    for (int rank = count - 1; rank >= 0; rank--) { // of a pair that is there twice the first
      ranks[Arrays.binarySearch(pairs, byRank[rank])] = rank;
    }
    bytes = json.bytes();
  }

  private static long pair(int left, int right) {
    return (long) left << 32 | right;
  }

  /** The rank of a pair, or the greatest number. */
  private int rank(int left, int right) {
    int at = left == NONE || right == NONE ? -1 : Arrays.binarySearch(pairs, pair(left, right));
    return at < 0 ? Integer.MAX_VALUE : ranks[at];
  }

  /** The ids of a cleaned text. */
  List<Integer> ids(String cleaned) {
    int[] characters = cleaned.replace(' ', SentencePieceTokenizer.SPACE).codePoints().toArray();
    int[] symbols = new int[characters.length];
    int[] unknown = new int[characters.length]; // the character, where it is no piece
    for (int i = 0; i < symbols.length; i++) {
      symbols[i] = ids.getOrDefault(Character.toString(characters[i]), NONE);
      unknown[i] = characters[i];
    }
    int length = symbols.length;
    while (true) {
      int best = Integer.MAX_VALUE;
      int at = 0;
      for (int i = 0; i + 1 < length; i++) {
        int rank = rank(symbols[i], symbols[i + 1]);
        if (rank < best) {
          best = rank;
          at = i;
        }
      }
      if (best == Integer.MAX_VALUE) {
        break;
      }
      symbols[at] = merged[best];
      System.arraycopy(symbols, at + 2, symbols, at + 1, length - at - 2);
      System.arraycopy(unknown, at + 2, unknown, at + 1, length - at - 2);
      length--;
    }
    List<Integer> found = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      if (symbols[i] != NONE) {
        found.add(symbols[i]);
        continue;
      }
      for (byte b : Character.toString(unknown[i]).getBytes(StandardCharsets.UTF_8)) {
        found.add(bytes[b & 0xff]);
      }
    }
    return found;
  }
}
