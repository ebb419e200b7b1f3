package org.kgcoop.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;

/** Tokenizers of a few pieces. The reference cases contain long lists of real texts. */
class SentencePieceTest {
  @TempDir Path folder;

  private Tokenizer tokenizer(String json) throws IOException {
    Path file = folder.resolve("tokenizer.json");
    Files.writeString(file, json.replace('~', SentencePieceTokenizer.SPACE));
    return Tokenizers.read(file);
  }

  /** Ids: specials 0 to 2, then _ 3, a 4, b 5, c 6, _ab 7, bc 8, _a 9. */
  private Tokenizer unigram(String normalizer) throws IOException {
    return tokenizer(
        """
        {"normalizer": %s, "added_tokens": [{"id": 0, "content": "<pad>", "special": true},
           {"id": 1, "content": "</s>", "special": true},
           {"id": 2, "content": "<unk>", "special": true}],
         "model": {"type": "Unigram", "unk_id": 2, "vocab": [["<pad>", 0], ["</s>", 0],
           ["<unk>", 0], ["~", -2], ["a", -3], ["b", -3], ["c", -4], ["~ab", -5.5], ["bc", -4.5],
           ["~a", -2.5]]}}
        """
            .formatted(normalizer));
  }

  @Test
  void theMostProbableDivisionIsTaken() throws IOException {
    Tokenizer tokenizer = unigram("null");
    // _ab = -5.5 and _a b = -5.5: the first one found stays, which starts further left.
    assertThat(tokenizer.encode("ab")).containsExactly(7);
    assertThat(tokenizer.encode("abc")).containsExactly(9, 8); // -7 compared with _ab c = -9.5
    assertThat(tokenizer.encode("A, B  ")).containsExactly(9, 3, 5);
    assertThat(tokenizer.encode("")).isEmpty();
    assertThat(tokenizer.encode(" .!\t")).isEmpty();
    assertThat(tokenizer.encodeMarked("abc", 3)).containsExactly(9, 8, 1);
    assertThat(tokenizer.encodeMarked("abc", 2)).containsExactly(9, 1);
    assertThat(tokenizer.decode(9)).isEqualTo(" a");
  }

  @Test
  void neighboursThatAreNoPieceAreOne() throws IOException {
    assertThat(unigram("null").encode("axyzb")).containsExactly(9, 2, 5);
    assertThat(unigram("null").encode("x a \ud83d\ude42")).containsExactly(3, 2, 9, 3, 2);
  }

  /** Creates a tokenizer of SigLIP's multilingual models. */
  @Test
  void unknownCharactersMayBecomeTheirBytes() throws IOException {
    StringBuilder pieces =
        new StringBuilder(
            "[\"<pad>\", 0], [\"</s>\", 0], [\"<unk>\", 0], [\"~\", -2], [\"a\", -3]");
    for (int b = 0; b < 256; b++) {
      pieces.append(String.format(Locale.ROOT, ", [\"<0x%02X>\", 0]", b));
    }
    Tokenizer tokenizer =
        tokenizer(
            "{\"model\": {\"type\": \"Unigram\", \"byte_fallback\": true, \"vocab\": [%s]}}"
                .formatted(pieces));
    assertThat(tokenizer.encode("a\u00e9b")).containsExactly(3, 4, 5 + 0xC3, 5 + 0xA9, 5 + 'b');
  }

  /**
   * A map from "x" to "bc". The children of the root begin at 256, so x is at 256 ^ 120 = 376, and
   * its value is at 377, because its offset is 1.
   */
  private static ByteBuffer xToBc() {
    int[] trie = new int[512];
    trie[0] = 256 << 10;
    trie['x' ^ 256] = 'x' | 1 << 8 | 1 << 10;
    trie['x' ^ 256 ^ 1] = 1 << 31 | 1; // the replacement begins at its second byte
    ByteBuffer map = ByteBuffer.allocate(4 + 4 * trie.length + 4).order(ByteOrder.LITTLE_ENDIAN);
    map.putInt(4 * trie.length);
    for (int unit : trie) {
      map.putInt(unit);
    }
    return map.put(new byte[] {0, 'b', 'c', 0});
  }

  private static String base64(ByteBuffer map) {
    return Base64.getEncoder().encodeToString(map.array());
  }

  @Test
  void charactersAreReplacedByTheCompiledMap() throws IOException {
    String normalizer =
        "{\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"Precompiled\", \"precompiled_charsmap\": \"%s\"}]}";
    ByteBuffer map = xToBc();
    assertThat(unigram(normalizer.formatted(base64(map))).encode("ax")).containsExactly(9, 8);
    map.putInt(0, 1 << 20);
    String damaged = base64(map);
    assertThatThrownBy(() -> unigram(normalizer.formatted(damaged)))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("precompiled_charsmap is damaged");
  }

  /** Ids: pad 0, eos 1, bytes 2 to 257, then _ 258, a 259, b 260, ab 261, _ab 262, aba 263. */
  @CanIgnoreReturnValue
  private Tokenizer pairs(String merges) throws IOException {
    List<String> pieces = new ArrayList<>(List.of("<pad>", "<eos>"));
    for (int b = 0; b < 256; b++) {
      pieces.add(String.format(Locale.ROOT, "<0x%02X>", b));
    }
    pieces.addAll(List.of("~", "a", "b", "ab", "~ab", "aba"));
    String vocabulary =
        pieces.stream()
            .map(piece -> "\"" + piece + "\": " + pieces.indexOf(piece))
            .collect(Collectors.joining(", "));
    return tokenizer(
        "{\"model\": {\"type\": \"BPE\", \"byte_fallback\": true, \"vocab\": {%s}, \"merges\": %s}}"
            .formatted(vocabulary, merges));
  }

  @Test
  void pairsAreMergedByRankOverTheBordersOfWords() throws IOException {
    for (String merges :
        List.of(
            "[\"a b\", \"~ ab\", \"ab a\"]",
            "[[\"a\", \"b\"], [\"~\", \"ab\"], [\"ab\", \"a\"]]")) {
      Tokenizer tokenizer = pairs(merges);
      assertThat(tokenizer.encode("AB ab")).containsExactly(261, 262);
      assertThat(tokenizer.encode("aba")).containsExactly(263);
      assertThat(tokenizer.encodeBehind("ab")).containsExactly(262);
      assertThat(tokenizer.encode("  a")).containsExactly(258, 258, 259);
      // e with acute is C3 A9.
      assertThat(tokenizer.encode("b\u00e9!")).containsExactly(260, 2 + 0xC3, 2 + 0xA9, 2 + '!');
      assertThat(tokenizer.encodeMarked("", 4)).containsExactly(1);
      assertThat(tokenizer.padding()).isEqualTo(0);
      assertThat(tokenizer.decode(262)).isEqualTo(" ab");
      assertThat(tokenizer.decode(2 + 'x')).isEqualTo("x");
    }
  }

  @Test
  void mergesMayStandBeforeThePieces() throws IOException {
    pairs("[\"a b\", \"~ ab\"]");
    Path file = folder.resolve("tokenizer.json");
    String json = Files.readString(file);
    int merges = json.indexOf("\"merges\"");
    String turned =
        json.replace(", " + json.substring(merges, json.length() - 2), "")
            .replace("\"vocab\"", json.substring(merges, json.length() - 2) + ", \"vocab\"");
    assertThat(turned.indexOf("merges")).isLessThan(turned.indexOf("vocab"));
    assertThat(tokenizer(turned).encode("ab ab")).containsExactly(261, 262);
  }

  @Test
  void aMergeOfAnUnknownPieceIsNamed() {
    assertThatThrownBy(() -> pairs("[\"a z\"]"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("no piece 'z'");
    assertThatThrownBy(() -> pairs("[\"a\"]"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("expected two pieces, got 'a'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'b\": 4' | 'b\": -1' | piece 'b' has the id -1",
        "'b\": 4' | 'b\": 2000000000' | piece 'b' has the id 2000000000",
        "'b\": 4' | 'b\": 4000000000' | piece 'b' has the id 4000000000",
        "'{\"a' | '[{\"a' | cannot be read as a tokenizer",
        "'{\"a\": 3, \"b\": 4}' | '3' | expected the ids of pieces",
        "'\"a b\"' | '[[\"a\"], \"b\"]' | no piece '[a]'",
        "'\"a b\"' | 'null' | expected two pieces",
        "'\"a b\"' | '{\"a\": \"b\"}' | expected two pieces",
        "'\"model\"' | '\"added_tokens\": [{\"id\": -7, \"content\": \"x\"}], \"model\"' | added_tokens.id -7",
        "'\"model\": {' | '\"model\": 3, \"x\": {' | expected an object"
      })
  void damageIsReportedInOneLine(String part, String instead, String message) {
    String json =
        """
        {"model": {"type": "BPE", "vocab": {"a": 3, "b": 4}, "merges": ["a b"]}}""";
    assertThat(json).contains(part);
    assertRefused(json.replace(part, instead), message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[\"a\", 1e39]",
        "[\"a\", \"NaN\"]",
        "[[\"a\"], 1]",
        "[]",
        "[\"a\"]",
        "[\"a\", null]",
        "[3, 1]",
        "{\"a\": 1}",
        "null"
      })
  void rejectsAPairWithoutAPieceAndItsScore(String pair) {
    assertRefused(
        """
        {"model": {"type": "Unigram", "vocab": [["<unk>", 0], ["</s>", 0], %s, ["b", -1]]}}"""
            .formatted(pair),
        "score");
  }

  @ParameterizedTest
  @ValueSource(strings = {"3", "\"~\""})
  void rejectsAMapThatIsNoBase64(String map) {
    assertThatThrownBy(() -> unigram("{\"precompiled_charsmap\": %s}".formatted(map)))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("expected a text of Base64");
  }

  @Test
  void onlyUnigramHasScores() {
    assertRefused(
        "{\"model\": {\"type\": \"BPE\", \"byte_fallback\": true, \"vocab\": [[\"a\", 0]]}}",
        "expected the ids of pieces");
  }

  private void assertRefused(String json, String message) {
    assertThatThrownBy(() -> tokenizer(json))
        .isInstanceOf(KgCoopException.class)
        .hasMessageStartingWith(folder.resolve("tokenizer.json") + ": ")
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  /** A line of a file can have any length, so time must not grow with its square. */
  @Test
  @Timeout(60)
  void longTextsTakeSeconds() throws IOException {
    String text =
        new Random(1)
            .ints(1 << 17, 0, 4)
            .mapToObj(i -> "ab c".substring(i, i + 1))
            .collect(Collectors.joining());
    assertThat(pairs("[\"a b\", \"~ ab\", \"ab a\"]").encode(text)).hasSizeGreaterThan(1 << 15);
    assertThat(unigram("null").encode(text)).hasSizeGreaterThan(1 << 15);
    assertThat(Tokenizers.released().encode(text.replace(' ', 'e'))).hasSizeGreaterThan(1 << 15);
  }

  @Test
  void rejectsSentencePiecesOwnFile() {
    Path file = folder.resolve("spiece.model");
    assertThatThrownBy(() -> Tokenizers.read(file))
        .isInstanceOf(KgCoopException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining("tokenizer.json")
        .hasMessageNotContaining("\n");
  }

  /** Cyclic maps of characters, empty pieces, settings of another kind. */
  @Test
  void rejectsOrReadsAFileWithAChangedByte() throws IOException {
    unigram(
        "{\"type\": \"Precompiled\", \"precompiled_charsmap\": \"%s\"}".formatted(base64(xToBc())));
    byte[] whole = Files.readAllBytes(folder.resolve("tokenizer.json"));
    pairs("[\"a b\", \"~ ab\", \"ab a\"]");
    byte[] pairs = Files.readAllBytes(folder.resolve("tokenizer.json"));
    Random random = new Random(1);
    Path file = folder.resolve("damaged.json");
    for (byte[] bytes : List.of(whole, pairs)) {
      for (int i = 0; i < 1000; i++) {
        byte[] damaged = bytes.clone();
        damaged[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        Files.deleteIfExists(file);
        Files.write(file, damaged);
        try {
          Tokenizer tokenizer = Tokenizers.read(file);
          for (int id : tokenizer.encodeMarked("a bcxabx \ud83d\ude00  x\0", 64)) {
            assertThat(tokenizer.decode(id)).isNotNull();
          }
        } catch (KgCoopException e) {
          assertThat(e).hasMessageStartingWith(file + ": ").hasMessageNotContaining("\n");
        }
      }
    }
  }
}
