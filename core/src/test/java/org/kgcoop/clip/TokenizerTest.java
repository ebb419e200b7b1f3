package org.kgcoop.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import org.kgcoop.fixtures.TinyClip;

class TokenizerTest {
  private static final Tokenizer RELEASED = Tokenizers.released();

  @TempDir Path folder;

  @Test
  void theReleasedOneGivesTheReleasedIds() {
    // From OpenAI's code: "a photo of a" = 320 1125 539 320, "." 269, "x" 343.
    assertThat(RELEASED.vocabularySize()).isEqualTo(49408);
    assertThat(RELEASED.encodeMarked("a photo of a x.", 77))
        .containsExactly(49406, 320, 1125, 539, 320, 343, 269, 49407);
  }

  @Test
  void anEmptyTextHasItsTwoMarks() {
    assertThat(RELEASED.encode("")).isEmpty();
    assertThatThrownBy(() -> RELEASED.encode("a \ud83d"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("text 'a ?': contains \\ud83d, half of a surrogate pair");
    assertThat(RELEASED.encode(" \t\n ")).isEmpty();
    assertThat(RELEASED.encodeMarked("", 2)).containsExactly(49406, 49407);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "A Photo  of\tA | a photo of a",
        "don\u2019t \u201cstop\u201d | don't \"stop\"",
        "cats &amp;amp; dogs | cats & dogs",
        "\uFF23\uFF21\uFF34 \uFB01sh | cat fish",
        "\uFF04 5 \uFF3C | $ 5 \\",
        "cafe\u0301 | caf\u00e9",
        "\u0130 | i\u0307"
      })
  void textsWithEqualCleaningHaveEqualTokens(String text, String plain) {
    assertThat(RELEASED.encode(text)).isNotEmpty().isEqualTo(RELEASED.encode(plain));
  }

  @Test
  void aWordEndsBeforeAnApostropheADigitAndPunctuation() {
    assertThat(RELEASED.encode("don't")).isEqualTo(joined("don", "'t"));
    assertThat(RELEASED.encode("we'll've")).isEqualTo(joined("we", "'ll", "'ve"));
    assertThat(RELEASED.encode("3.14")).isEqualTo(joined("3", ".", "1", "4"));
    assertThat(RELEASED.encode("a-b")).isEqualTo(joined("a", "-", "b"));
    // Only these contractions are split. Other quotes join the punctuation around them.
    assertThat(RELEASED.encode("o'clock")).isEqualTo(joined("o", "'", "clock"));
  }

  private static List<Integer> joined(String... words) {
    return List.of(words).stream().flatMap(w -> RELEASED.encode(w).stream()).toList();
  }

  @Test
  void theMarksMayStandInTheText() {
    assertThat(RELEASED.encode("a <|endoftext|><|StartOfText|>"))
        .containsExactly(320, 49407, 49406);
  }

  @Test
  void withoutMergesATextIsItsBytes() throws IOException {
    Path merges = Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\n");
    Tokenizer bytes = Tokenizers.read(merges);
    assertThat(bytes.vocabularySize()).isEqualTo(514);
    // A byte b has the id b - 33 from 33 to 126, 94 + b - 161 from 161 to 172, and 106 + b - 174
    // from 174 on. The end of a word adds 256. e with acute is C3 A9.
    assertThat(bytes.encode("ab \u00e9"))
        .containsExactly(97 - 33, 256 + 98 - 33, 106 + 0xC3 - 174, 256 + 94 + 0xA9 - 161);
    assertThat(bytes.endOfText()).isEqualTo(513);
  }

  @Test
  void tooLongATextNamesItsLengthAndTheModels() {
    assertThat(RELEASED.encodeMarked("x ".repeat(75), 77)).hasSize(77);
    assertThatThrownBy(() -> RELEASED.encodeMarked("x ".repeat(76), 77))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("has 78 tokens with its start and end; the model reads 77")
        .hasMessageNotContaining("x ".repeat(40));
  }

  @Test
  void decodedTokensMakeTheCleanText() {
    String text = "a photo of a na\u00efve \u5317\u4eac cat .";
    String decoded =
        RELEASED.encode(text).stream().map(RELEASED::decode).collect(Collectors.joining());
    // A character whose bytes are in two tokens is complete only after their bytes are joined.
    assertThat(decoded).startsWith("a photo of a na\u00efve ").endsWith("cat . ");
  }

  @Test
  void tokenizerJsonGivesTheIdsOfItsMerges() throws IOException {
    List<String> merges = Files.readAllLines(TinyClip.folder().resolve("merges.txt"));
    Tokenizer plain = Tokenizers.read(TinyClip.folder().resolve("merges.txt"));
    ObjectMapper json = new ObjectMapper();
    for (boolean pairs : new boolean[] {false, true}) {
      ObjectNode root = json.createObjectNode();
      ObjectNode model = root.putObject("model");
      ArrayNode list = model.putArray("merges");
      for (String merge : merges.subList(1, merges.size())) {
        if (pairs) {
          String[] two = merge.split(" ", -1);
          list.addArray().add(two[0]).add(two[1]);
        } else {
          list.add(merge);
        }
      }
      ObjectNode vocabulary = model.putObject("vocab");
      List<String> symbols = Vocabulary.ofMerges(TinyClip.folder().resolve("merges.txt")).symbols();
      for (int id = 0; id < symbols.size() - 2; id++) {
        vocabulary.put(symbols.get(id), id);
      }
      for (int id = symbols.size() - 2; id < symbols.size(); id++) {
        root.withArray("added_tokens").addObject().put("content", symbols.get(id)).put("id", id);
      }
      Path file = folder.resolve("tokenizer.json");
      json.writeValue(file.toFile(), root);
      Tokenizer read = Tokenizers.read(file);
      assertThat(read.vocabularySize()).isEqualTo(plain.vocabularySize());
      for (String text : List.of("a photo of the interesting thing.", "\u00e9 don't 3", "")) {
        assertThat(read.encodeMarked(text, 77)).isEqualTo(plain.encodeMarked(text, 77));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "merges.txt, '#version\ni n t\n', 'line 2: expected two symbols'",
    "merges.txt, '#version\nin t\n', 'line 2: ''in'' is no byte and no merge of a line before'",
    "merges.txt, '#version\ni n\nin t\ni n\n', 'line 4: ''i n'' is there twice'",
    "tokenizer.json, '{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"b\": 1, \"<|startoftext|>\": 2, \"<|endoftext|>\": 3}, \"merges\": [\"a b\"]}}', 'model.merges: no piece ''ab'' in model.vocab'",
    "tokenizer.json, '{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"b\": 1, \"ab\": 4, \"<|startoftext|>\": 2, \"<|endoftext|>\": 3}, \"merges\": [\"a b\", \"a b\"]}}', 'model.merges: ''a b'' is there twice'",
    "tokenizer.json, '{}', 'model.vocab: expected'",
    "tokenizer.json, '[1', 'cannot be read as a tokenizer'"
  })
  void theErrorForAnotherFileNamesTheExpectedOne(String name, String content, String message)
      throws IOException {
    Path file = Files.writeString(folder.resolve(name), content);
    assertThatThrownBy(() -> Tokenizers.read(file))
        .isInstanceOf(KgCoopException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message)
        .extracting(e -> ((KgCoopException) e).category())
        .isEqualTo(KgCoopException.Category.WEIGHTS);
  }

  @Test
  void theReleasedVocabularyIsReadOnce() {
    assertThat(Vocabulary.released()).isSameAs(Vocabulary.released());
  }
}
