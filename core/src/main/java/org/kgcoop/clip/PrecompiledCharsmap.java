package org.kgcoop.clip;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * SentencePiece's normalizer. It applies a compiled map of characters, joins spaces, puts one in
 * front, and writes each as {@link SentencePieceTokenizer#SPACE}.
 *
 * <p>The map consists of a size in bytes (32 bits), a double-array trie over UTF-8 of this size,
 * and replacements that end in 0. A unit of the trie (32 bits) has the label in bits 0 to 7. Bit 8
 * is set if a key ends below it. Bits 10 to 31 are an offset to its children, shifted by eight more
 * if bit 9 is set. If bit 31 is set, the unit is a value, the position of a replacement. The
 * longest key that matches the rest of the text is replaced.
 */
final class PrecompiledCharsmap {
  private final int[] trie;
  private final byte[] replacements;

  private PrecompiledCharsmap(int[] trie, byte[] replacements) {
    this.trie = trie;
    this.replacements = replacements;
  }

  /** Reads the map of a file. If there is none, the map changes nothing. */
  static PrecompiledCharsmap of(TokenizerModel pieces) {
    ByteBuffer bytes = pieces.characterMap().order(ByteOrder.LITTLE_ENDIAN);
    if (!bytes.hasRemaining()) {
      return new PrecompiledCharsmap(new int[0], new byte[0]);
    }
    int size = bytes.remaining() < 4 ? -1 : bytes.getInt();
    if (size < 0 || size % 4 != 0 || size > bytes.remaining()) {
      throw pieces.refused("precompiled_charsmap is damaged: its trie does not fit into it");
    }
    int[] trie = new int[size / 4];
    bytes.asIntBuffer().get(trie);
    byte[] replacements = new byte[bytes.remaining() - size];
    bytes.position(bytes.position() + size).get(replacements);
    return new PrecompiledCharsmap(trie, replacements);
  }

  /** Returns the normalized text; empty if the text consists only of spaces. */
  String normalised(String text) {
    byte[] in = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    boolean afterSpace = true;
    for (int at = 0; at < in.length; ) {
      Match match = match(in, at);
      byte[] source = match.place() < 0 ? in : replacements;
      int from = match.place() < 0 ? at : match.place();
      int to = match.place() < 0 ? at + match.length() : end(from);
      while (afterSpace && from < to && source[from] == ' ') {
        from++;
      }
      if (from < to) {
        out.write(source, from, to - from);
        afterSpace = source[to - 1] == ' ';
      }
      at += match.length();
    }
    String joined = (" " + out.toString(StandardCharsets.UTF_8)).replaceFirst(" +\\z", "");
    return joined.replace(' ', SentencePieceTokenizer.SPACE);
  }

  /**
   * The replacement of the next bytes.
   *
   * @param length the number of replaced bytes
   * @param place the position of the replacement, or -1 to keep the bytes
   */
  private record Match(int length, int place) {}

  private Match match(byte[] in, int at) {
    int length = 0;
    int value = 0;
    int node = trie.length == 0 ? 0 : offset(trie[0]);
    for (int i = at; i < in.length && trie.length > 0; i++) {
      int label = in[i] & 0xff;
      node ^= label;
      if (node >= trie.length || (trie[node] & 0x800000ff) != label) {
        break;
      }
      int unit = trie[node];
      node ^= offset(unit);
      if ((unit >>> 8 & 1) == 1 && node < trie.length) {
        length = i + 1 - at;
        value = trie[node] & 0x7fffffff;
      }
    }
    if (length > 0) {
      return new Match(length, Math.min(value, replacements.length));
    }
    int end = at + 1; // keep one character
    while (end < in.length && (in[end] & 0xc0) == 0x80) {
      end++;
    }
    return new Match(end - at, -1);
  }

  /** Returns the end of a replacement. */
  private int end(int place) {
    int end = place;
    while (end < replacements.length && replacements[end] != 0) {
      end++;
    }
    return end;
  }

  private static int offset(int unit) {
    return unit >>> 10 << ((unit & 1 << 9) >>> 6);
  }
}
