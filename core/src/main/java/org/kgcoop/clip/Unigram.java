package org.kgcoop.clip;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * SentencePiece's unigram model. It divides a text into the pieces with the highest sum of log
 * probabilities. Ties, rounding and unknown characters (bytes in some models) are handled as in
 * SentencePiece.
 */
final class Unigram {
  /** The penalty for an unknown character, subtracted from the lowest log probability. */
  private static final float UNKNOWN_PENALTY = 10;

  private final PrecompiledCharsmap characters;
  private final Map<String, Integer> ids = new HashMap<>();
  private final float[] scores;
  private final float unknownScore;
  private final int unknown;
  private final int longest; // length of the longest piece, in UTF-16 units
  private final int @Nullable [] bytes; // id of each byte, if bytes replace unknown characters

  Unigram(TokenizerModel pieces) {
    characters = PrecompiledCharsmap.of(pieces);
    unknown = pieces.id("<unk>");
    scores = new float[pieces.scores().size()];
    float least = Float.POSITIVE_INFINITY;
    int units = 0;
    for (Map.Entry<String, Integer> piece : pieces.ids().entrySet()) {
      int id = piece.getValue();
      if (id < scores.length && id != unknown && !pieces.special().contains(piece.getKey())) {
        ids.put(piece.getKey(), id);
        scores[id] = pieces.scores().get(id);
        least = Math.min(least, scores[id]);
        units = Math.max(units, piece.getKey().length());
      }
    }
    if (ids.isEmpty()) {
      throw pieces.refused("it has no pieces: expected a list of pieces and scores");
    }
    unknownScore = least - UNKNOWN_PENALTY;
    longest = units;
    bytes = pieces.byteFallback() ? pieces.bytes() : null;
  }

  /** Returns the ids of a cleaned text. */
  List<Integer> ids(String cleaned) {
    String text = characters.normalised(cleaned);
    int length = text.length();
    float[] best = new float[length + 1]; // score of the pieces up to a unit
    int[] from = new int[length + 1]; // start of the last of them, or -1
    int[] last = new int[length + 1]; // its id
    Arrays.fill(from, 1, length + 1, -1);
    for (int start = 0; start < length; ) {
      int next = start + Character.charCount(text.codePointAt(start));
      boolean single = false;
      for (int end = next; end <= Math.min(length, start + longest); ) {
        Integer id = ids.get(text.substring(start, end));
        if (id != null) {
          step(best, from, last, start, end, id, scores[id]);
          single |= end == next;
        }
        end += end < length ? Character.charCount(text.codePointAt(end)) : 1;
      }
      if (!single) {
        step(best, from, last, start, next, unknown, unknownScore);
      }
      start = next;
    }
    List<Integer> found = new ArrayList<>();
    for (int end = length; end > 0; end = from[end]) {
      if (last[end] != unknown) {
        found.add(last[end]);
      } else if (bytes != null) {
        byte[] parts = text.substring(from[end], end).getBytes(StandardCharsets.UTF_8);
        for (int i = parts.length - 1; i >= 0; i--) {
          found.add(bytes[parts[i] & 0xff]);
        }
      } else if (found.isEmpty() || found.get(found.size() - 1) != unknown) {
        found.add(unknown); // adjacent unknown characters are one token
      }
    }
    Collections.reverse(found);
    return found;
  }

  private static void step(
      float[] best, int[] from, int[] last, int start, int end, int id, float score) {
    double sum = (double) score + best[start];
    if (from[end] < 0 || sum > best[end]) {
      best[end] = (float) sum;
      from[end] = start;
      last[end] = id;
    }
  }
}
