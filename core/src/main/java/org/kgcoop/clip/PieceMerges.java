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
  private static final int BITS = 21; // of an id and of a rank: there are three in a long

  private final Map<String, Integer> ids;
  private final long[] pairs; // left id, right id and rank in one, sorted
  private final int[] bytes; // id of each byte

  PieceMerges(TokenizerJson json) {
    ids = json.ids();
    int count = json.merges().size();
    if (Math.max(count, json.size()) > 1 << BITS) {
      throw json.refused("it has more pieces or merges than any model that is known");
    }
    pairs = new long[count];
    for (int rank = 0; rank < count; rank++) {
      String merge = json.merges().get(rank);
      int space = merge.indexOf(' ');
      if (space < 1 || space == merge.length() - 1) {
        throw json.refused("model.merges: expected two pieces, got '" + merge + "'");
      }
      int left = json.id(merge.substring(0, space));
      pairs[rank] = first(left, json.id(merge.substring(space + 1))) | rank;
    }
    Arrays.sort(pairs);
    bytes = json.bytes();
  }

  /** The least value that the entry of a pair may have. */
  private static long first(int left, int right) {
    return ((long) left << BITS | right) << BITS;
  }

  /** The rank of a pair, or the greatest number. */
  private int rank(int left, int right) {
    if (left == NONE || right == NONE) {
      return Integer.MAX_VALUE;
    }
    long first = first(left, right);
    int at = Arrays.binarySearch(pairs, first);
    at = at < 0 ? -at - 1 : at;
    return at < pairs.length && pairs[at] >>> BITS == first >>> BITS
        ? (int) (pairs[at] - first)
        : Integer.MAX_VALUE;
  }

  /** The ids of a cleaned text. */
  List<Integer> ids(String cleaned) {
    String text = cleaned.replace(' ', SentencePieceTokenizer.SPACE);
    List<String> parts = new ArrayList<>();
    List<Integer> symbols = new ArrayList<>(); // the id of each part, or NONE
    text.codePoints().mapToObj(Character::toString).forEach(parts::add);
    parts.forEach(part -> symbols.add(ids.getOrDefault(part, NONE)));
    while (true) {
      int best = Integer.MAX_VALUE;
      int at = 0;
      for (int i = 0; i + 1 < symbols.size(); i++) {
        int rank = rank(symbols.get(i), symbols.get(i + 1));
        if (rank < best) {
          best = rank;
          at = i;
        }
      }
      if (best == Integer.MAX_VALUE) {
        break;
      }
      String merged = parts.get(at) + parts.remove(at + 1);
      int unused = symbols.remove(at + 1);
      parts.set(at, merged);
      symbols.set(at, ids.getOrDefault(merged, NONE));
    }
    List<Integer> found = new ArrayList<>();
    for (int i = 0; i < symbols.size(); i++) {
      if (symbols.get(i) != NONE) {
        found.add(symbols.get(i));
        continue;
      }
      for (byte b : parts.get(i).getBytes(StandardCharsets.UTF_8)) {
        found.add(bytes[b & 0xff]);
      }
    }
    return found;
  }
}
