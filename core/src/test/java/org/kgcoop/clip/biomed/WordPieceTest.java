package org.kgcoop.clip.biomed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kgcoop.KgCoopException;

/** BERT's tokenizer. The expected pieces follow from its published rules. */
class WordPieceTest {
  private static final List<String> PIECES =
      List.of(
          "[PAD]",
          "[unused0]",
          "[UNK]",
          "[CLS]",
          "[SEP]",
          "[MASK]",
          "chest",
          "x",
          "-",
          "ray",
          "##ray",
          "un",
          "##able",
          "##a",
          "##b",
          "a",
          "b",
          "caf",
          "##e",
          "'",
          ",",
          "\u6771",
          "\u3042",
          "##\u3044",
          "\u03c3",
          "##\u03c3",
          "$",
          "<",
          "i");

  @TempDir Path folder;

  private WordPieceTokenizer vocabulary() throws IOException {
    return read("vocab.txt", String.join("\n", PIECES) + "\n");
  }

  private WordPieceTokenizer read(String name, String content) throws IOException {
    return WordPieceFile.read(Files.writeString(folder.resolve(name), content));
  }

  private static String json(String normalizer, String more) {
    StringBuilder vocab = new StringBuilder();
    for (int i = 0; i < PIECES.size(); i++) {
      vocab.append(i == 0 ? "" : ", ").append("\"%s\": %s".formatted(PIECES.get(i), i));
    }
    return """
    {"normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true%s},
     "pre_tokenizer": {"type": "BertPreTokenizer"}, "added_tokens": [
       {"id": 5, "content": "[MASK]", "special": true}],
     "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
               "max_input_chars_per_word": 100, "vocab": {%s}%s}}
    """
        .formatted(normalizer, vocab, more);
  }

  private static String pieces(WordPieceTokenizer tokenizer, String text) {
    return tokenizer.encode(text).stream().map(PIECES::get).collect(Collectors.joining(" "));
  }

  @Test
  void wordsBecomeTheLongestPiecesFromTheLeft() throws IOException {
    WordPieceTokenizer tokenizer = vocabulary();
    assertThat(pieces(tokenizer, "Chest X-ray")).isEqualTo("chest x - ray");
    assertThat(pieces(tokenizer, "xray unable")).isEqualTo("x ##ray un ##able");
    assertThat(pieces(tokenizer, "rayx a")).isEqualTo("[UNK] a"); // the entire word
    assertThat(pieces(tokenizer, "a$b<a")).isEqualTo("a $ b < a");
    assertThat(pieces(tokenizer, " \t\n")).isEmpty();
    assertThat(tokenizer.encodeMarked("a b", 24)).containsExactly(3, 15, 16, 4);
    assertThat(tokenizer.encodeMarked("a b a b a b", 5)).containsExactly(3, 15, 16, 15, 4);
    assertThat(tokenizer.padding()).isZero();
    assertThat(tokenizer.decode(10)).isEqualTo("ray");
    assertThat(tokenizer.decode(9)).isEqualTo(" ray");
  }

  @Test
  void charactersAreCleanedAndSeparated() throws IOException {
    WordPieceTokenizer tokenizer = vocabulary();
    assertThat(pieces(tokenizer, "CAF\u00c9")).isEqualTo("caf ##e");
    assertThat(pieces(tokenizer, "cafe\u0301 \u0130")).isEqualTo("caf ##e i");
    // A soft hyphen, a zero-width space and a byte order mark are invisible.
    assertThat(pieces(tokenizer, "che\u00adst\u200b\ufeff")).isEqualTo("chest");
    // An ideograph is a word. Kana are not.
    assertThat(pieces(tokenizer, "a\u6771a \u3042\u3044")).isEqualTo("a \u6771 a \u3042 ##\u3044");
    assertThat(pieces(tokenizer, "\u03a3\u03a3")).isEqualTo("\u03c3 ##\u03c3"); // no final sigma
    // OpenCLIP's cleaning comes first: curly quotes, full-width letters, entities.
    assertThat(pieces(tokenizer, "\u2019\uff21&amp;lt;")).isEqualTo("' a <");
  }

  @Test
  void aLongWordIsUnknown() throws IOException {
    WordPieceTokenizer tokenizer = vocabulary();
    assertThat(tokenizer.encode("a".repeat(100))).hasSize(100);
    assertThat(pieces(tokenizer, "a".repeat(101))).isEqualTo("[UNK]");
  }

  @Test
  void aTextCanSpellOutSpecialPieces() throws IOException {
    WordPieceTokenizer tokenizer = vocabulary();
    assertThat(pieces(tokenizer, "un[MASK]able,[PAD] [SEP]"))
        .isEqualTo("un [MASK] [UNK] , [PAD] [SEP]");
    assertThat(pieces(tokenizer, "[mask]")).isEqualTo("[UNK] [UNK] [UNK]");
  }

  @Test
  void bothFilesAreTheSameTokenizer() throws IOException {
    WordPieceTokenizer text = vocabulary();
    WordPieceTokenizer json = read("tokenizer.json", json(", \"lowercase\": true", ""));
    for (String words : List.of("Chest X-ray", "un[MASK] caf\u00e9 $", "rayx \u6771\u3042")) {
      assertThat(json.encode(words)).isEqualTo(text.encode(words));
    }
    WordPieceTokenizer cased = read("tokenizer.json", json(", \"lowercase\": false", ""));
    assertThat(pieces(cased, "chest Chest caf\u00e9")).isEqualTo("chest [UNK] [UNK]");
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"do_lower_case\": false}");
    assertThat(pieces(vocabulary(), "Chest")).isEqualTo("[UNK]");
  }

  private void assertRefused(String name, String content, String... parts) {
    assertThatThrownBy(() -> read(name, content))
        .isInstanceOf(KgCoopException.class)
        .message()
        .contains(name)
        .contains(parts)
        .hasLineCount(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"BertNormalizer\" | \"Lowercase\" | expected a BertNormalizer",
        "\"clean_text\": true | \"clean_text\": false | clean_text",
        "\"handle_chinese_chars\": true | \"handle_chinese_chars\": false | handle_chinese_chars",
        "\"BertPreTokenizer\" | \"Whitespace\" | pre_tokenizer.type",
        "\"WordPiece\" | \"BPE\" | model.type",
        "\"[CLS]\": 3 | \"[CLS]\": -3 | piece '[CLS]' has the id -3",
        "\"[CLS]\": 3 | \"[CLS]\": \"x\" | piece '[CLS]' has the id",
        "\"[CLS]\": 3 | \"cls\": 3 | it has no piece '[CLS]'",
        "\"special\": true | \"special\": false | added_tokens.special false",
        "\"vocab\": { | \"vocabulary\": { | model.vocab",
        "\"unk_token\": \"[UNK]\" | \"unk_token\": \"<unk>\" | it has no piece '<unk>'",
        "{\"normalizer\" | {normalizer | cannot be read as a tokenizer"
      })
  void filesOfOtherTokenizersAreRefused(String part, String other, String expected) {
    assertRefused("tokenizer.json", json("", "").replace(part, other), expected);
  }

  @Test
  void damagedFilesAreRefused() throws IOException {
    assertRefused("tokenizer.json", "", "cannot be read as a tokenizer");
    assertRefused("tokenizer.json", "[]", "cannot be read as a tokenizer");
    String whole = json("", "");
    assertRefused("tokenizer.json", whole.substring(0, 300), "cannot be read as a tokenizer");
    assertRefused("tokenizer.json", "[".repeat(100_000), "cannot be read as a tokenizer");
    assertRefused("vocab.txt", "", "it has no piece '[PAD]'");
    assertRefused("vocab.txt", String.join("\n", PIECES) + "\nx\n", "'x' is there twice");
    Files.write(folder.resolve("vocab.txt"), new byte[] {(byte) 0xff, (byte) 0xfe, 10});
    assertThatThrownBy(() -> WordPieceFile.read(folder.resolve("vocab.txt")))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("cannot be read as a tokenizer");
  }
}
