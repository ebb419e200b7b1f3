package org.kgcoop.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.fixtures.TinyClip;

/**
 * SentencePiece models, written here field by field, compared with equivalent tokenizer.json files.
 */
class SentencePieceModelTest {
  private static final int UNIGRAM = 1;
  private static final int BPE = 2;

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("spiece.model");
  }

  private record Piece(String text, float score, int type) {
    Piece(String text, double score) {
      this(text.replace('~', SentencePieceTokenizer.SPACE), (float) score, 1);
    }

    static Piece special(String text, int type) {
      return new Piece(text, 0, type);
    }
  }

  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] message(Fields fields) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    fields.write(out);
    out.flush();
    return bytes.toByteArray();
  }

  /** Writes the fields that are read, and some others. */
  private static byte[] model(int type, List<Piece> pieces, boolean spaceInFront, byte[] map)
      throws IOException {
    return message(
        out -> {
          for (Piece piece : pieces) {
            out.writeByteArray(
                1,
                message(
                    of -> {
                      of.writeString(1, piece.text());
                      of.writeFloat(2, piece.score());
                      if (piece.type() != 1) {
                        of.writeEnum(3, piece.type());
                      }
                    }));
          }
          out.writeByteArray(
              2,
              message(
                  of -> {
                    of.writeString(1, "corpus.txt");
                    of.writeEnum(3, type);
                    of.writeFloat(10, 0.9995f);
                    of.writeBool(35, type == BPE);
                  }));
          out.writeByteArray(
              3,
              message(
                  of -> {
                    of.writeString(1, "nmt_nfkc");
                    of.writeByteArray(2, map);
                    of.writeBool(3, spaceInFront);
                  }));
          out.writeByteArray(4, new byte[] {10, 2, 10, 0}); // a field of SentencePiece's own tests
        });
  }

  private static List<Piece> unigramPieces() {
    return List.of(
        Piece.special("<pad>", 3),
        Piece.special("</s>", 3),
        Piece.special("<unk>", 2),
        new Piece("~", -2),
        new Piece("a", -3),
        new Piece("b", -3),
        new Piece("c", -4),
        new Piece("~ab", -5.5),
        new Piece("bc", -4.5),
        new Piece("~a", -2.5));
  }

  private static List<Piece> pairPieces() {
    List<Piece> pieces = new ArrayList<>();
    pieces.add(Piece.special("<pad>", 3));
    pieces.add(Piece.special("<eos>", 3));
    pieces.add(Piece.special("<bos>", 3));
    pieces.add(Piece.special("<unk>", 2));
    pieces.add(Piece.special("\u2581\u2581", 4));
    for (int b = 0; b < 256; b++) {
      pieces.add(Piece.special(String.format(Locale.ROOT, "<0x%02X>", b), 6));
    }
    List<String> longer = List.of("ab", "~a", "ba", "~ab", "abb", "ca", "cab", "~c", "ab~", "aba");
    for (String piece : longer) {
      pieces.add(new Piece(piece, -pieces.size()));
    }
    for (String piece : List.of("~", "a", "b", "c", "<", "0", "x", "4", "1", ">")) {
      pieces.add(new Piece(piece, -pieces.size()));
    }
    return pieces;
  }

  /** A map from x to bc, as in SentencePieceTest. */
  private static byte[] map() {
    int[] trie = new int[512];
    trie[0] = 256 << 10;
    trie['x' ^ 256] = 'x' | 1 << 8 | 1 << 10;
    trie['x' ^ 256 ^ 1] = 1 << 31 | 1;
    ByteBuffer map = ByteBuffer.allocate(4 + 4 * trie.length + 4).order(ByteOrder.LITTLE_ENDIAN);
    map.putInt(4 * trie.length);
    Arrays.stream(trie).forEach(map::putInt);
    return map.put(new byte[] {0, 'b', 'c', 0}).array();
  }

  /** Creates the tokenizer.json that transformers writes for the same file. */
  private Tokenizer converted(List<Piece> pieces, boolean unigram, byte[] map) throws IOException {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.putObject("normalizer")
        .put("type", "Precompiled")
        .put("precompiled_charsmap", Base64.getEncoder().encodeToString(map));
    ArrayNode added = json.putArray("added_tokens");
    ObjectNode model = json.putObject("model").put("type", unigram ? "Unigram" : "BPE");
    if (unigram) {
      ArrayNode vocabulary = model.putArray("vocab");
      pieces.forEach(piece -> vocabulary.addArray().add(piece.text()).add(piece.score()));
    } else {
      ObjectNode vocabulary = model.put("byte_fallback", true).putObject("vocab");
      pieces.forEach(piece -> vocabulary.put(piece.text(), vocabulary.size()));
      ArrayNode merges = model.putArray("merges");
      pieces.stream()
          .filter(piece -> piece.type() == 1 || piece.type() == 4)
          .sorted(Comparator.comparing(Piece::score).reversed())
          .forEach(
              piece -> {
                for (int i = 1; i < piece.text().length(); i++) {
                  String left = piece.text().substring(0, i);
                  String right = piece.text().substring(i);
                  if (vocabulary.has(left) && vocabulary.has(right)) {
                    merges.add(left + " " + right);
                  }
                }
              });
    }
    for (int id = 0; id < pieces.size(); id++) {
      if (pieces.get(id).type() == 2 || pieces.get(id).type() == 3) {
        added.addObject().put("id", id).put("content", pieces.get(id).text()).put("special", true);
      }
    }
    Path converted = folder.resolve("tokenizer.json");
    Files.writeString(converted, json.toString());
    return Tokenizers.read(converted);
  }

  private static void assertSame(Tokenizer tokenizer, Tokenizer converted) {
    assertThat(tokenizer.vocabularySize()).isEqualTo(converted.vocabularySize());
    assertThat(tokenizer.start()).isEqualTo(converted.start());
    assertThat(tokenizer.endOfText()).isEqualTo(converted.endOfText());
    assertThat(tokenizer.padding()).isEqualTo(converted.padding());
    Random random = new Random(1);
    List<String> parts = List.of("a", "b", "c", " ", "x", "ab", "a", "b", "\u00e9", "\ud83d\ude42");
    for (int text = 0; text < 500; text++) {
      StringBuilder letters = new StringBuilder();
      for (int i = random.nextInt(20); i > 0; i--) {
        letters.append(parts.get(random.nextInt(parts.size())));
      }
      List<Integer> ids = tokenizer.encode(letters.toString());
      assertThat(ids).as(letters.toString()).isEqualTo(converted.encode(letters.toString()));
      ids.forEach(id -> assertThat(tokenizer.decode(id)).isEqualTo(converted.decode(id)));
    }
  }

  @Test
  void aUnigramModelGivesTheIdsOfItsTokenizerJson() throws IOException {
    Files.write(file, model(UNIGRAM, unigramPieces(), true, map()));
    Tokenizer tokenizer = Tokenizers.read(file);
    assertThat(tokenizer.encode("abc")).containsExactly(9, 8);
    assertThat(tokenizer.encode("ax")).containsExactly(9, 8);
    assertSame(tokenizer, converted(unigramPieces(), true, map()));
  }

  @Test
  void pairsWithBytesGiveTheIdsOfTheirTokenizerJson() throws IOException {
    file = folder.resolve("tokenizer.model");
    Files.write(file, model(BPE, pairPieces(), false, new byte[0]));
    Tokenizer tokenizer = Tokenizers.read(file);
    int bytes = 5; // id of the first byte
    assertThat(tokenizer.encode("\u00e9")).containsExactly(bytes + 0xC3, bytes + 0xA9);
    assertThat(tokenizer.encode("<0x41>")).hasSize(6); // no text has the piece of a byte
    assertSame(tokenizer, converted(pairPieces(), false, new byte[0]));
  }

  @ParameterizedTest
  @CsvSource({
    "3, model_type WORD: expected UNIGRAM or BPE",
    "4, model_type CHAR",
    "9, model_type 9"
  })
  void otherKindsAreRefusedByName(int type, String message) throws IOException {
    Files.write(file, model(type, unigramPieces(), true, map()));
    assertRefused(message);
  }

  @Test
  void anotherNormalizerIsRefused() throws IOException {
    Files.write(file, model(BPE, pairPieces(), true, new byte[0]));
    assertRefused("normalizer_spec: expected add_dummy_prefix of UNIGRAM");
    Files.write(file, model(BPE, pairPieces(), false, map()));
    assertRefused("precompiled_charsmap");
    Files.write(file, model(UNIGRAM, unigramPieces(), false, map()));
    assertRefused("add_dummy_prefix");
    byte[] damaged = map();
    damaged[2] = 1;
    Files.write(file, model(UNIGRAM, unigramPieces(), true, damaged));
    assertRefused("precompiled_charsmap is damaged");
  }

  @Test
  void aFileCutAnywhereIsRejected() throws IOException {
    byte[] whole = model(UNIGRAM, unigramPieces(), true, new byte[0]);
    int own = 4 + 2; // unread fields at the end of the file
    for (int length = 0; length < whole.length - own; length++) {
      Files.deleteIfExists(file);
      Files.write(file, Arrays.copyOf(whole, length));
      assertRefused("cannot be read as a SentencePiece model");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
        "{\"model\": {}}",
        "#version: 0.2\ni n\n",
        "<!DOCTYPE html>"
      })
  void aFileThatIsNotProtobufIsRejected(String content) throws IOException {
    Files.writeString(file, content);
    assertRefused("cannot be read as a SentencePiece model");
  }

  @Test
  void piecesThatAreMissingOrDoubleAreNamed() throws IOException {
    Files.write(file, model(UNIGRAM, unigramPieces().subList(2, 10), true, map()));
    assertRefused("it has no piece '</s>'");
    List<Piece> twice = new ArrayList<>(unigramPieces());
    twice.add(new Piece("bc", -1));
    Files.write(file, model(UNIGRAM, twice, true, map()));
    assertRefused("piece 'bc' is there twice");
    Files.write(file, model(BPE, pairPieces().subList(0, 100), false, new byte[0]));
    assertRefused("it has no piece '<0x");
  }

  /** User-defined pieces, such as runs of spaces, which SentencePiece matches first. */
  @Test
  void piecesOfAUserStayWholeTheLongestFirst() throws IOException {
    List<Piece> pieces = pairPieces();
    int spaces = pieces.size();
    pieces.add(Piece.special("\u2581\u2581\u2581", 4));
    pieces.add(Piece.special("<b>", 4));
    Files.write(file, model(BPE, pieces, false, new byte[0]));
    Tokenizer tokenizer = Tokenizers.read(file);
    int a = tokenizer.encode("a").get(0);
    // "~a", the best pair after "ab", would take a space from the run.
    assertThat(tokenizer.encode("   a")).containsExactly(spaces, a);
    assertThat(tokenizer.encode("     a")).containsExactly(spaces, 4, a);
    assertThat(tokenizer.encode("a<b>a")).containsExactly(a, spaces + 1, a);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY})
  void aScoreThatIsNoNumberIsRefused(float score) throws IOException {
    List<Piece> pieces = new ArrayList<>(unigramPieces());
    pieces.set(4, new Piece("a", score));
    Files.write(file, model(UNIGRAM, pieces, true, map()));
    assertRefused("the score of a piece is not a finite number");
  }

  /** Cyclic tries, empty pieces, settings of another kind. */
  @Test
  void aFileWithOneOtherByteIsRefusedInALineOrGivesIds() throws IOException {
    byte[] whole = model(UNIGRAM, unigramPieces(), true, map());
    byte[] pairs = model(BPE, pairPieces().subList(0, 271), false, new byte[0]);
    Random random = new Random(1);
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
          assertThat(e).hasMessageStartingWith(file + ": ");
        }
      }
    }
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> Tokenizers.read(file))
        .isInstanceOf(KgCoopException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n")
        .extracting(e -> ((KgCoopException) e).category())
        .isEqualTo(KgCoopException.Category.WEIGHTS);
  }

  // ---- next to weights

  /** Writes the pieces of the tiny SigLIP as a SentencePiece model. */
  private List<Piece> ofTheTinyOne() {
    TokenizerModel pieces = TokenizerJson.read(TinyClip.siglipFolder().resolve("tokenizer.json"));
    List<Piece> list = new ArrayList<>();
    List<String> texts = pieces.texts();
    for (int id = 0; id < texts.size(); id++) {
      String text = texts.get(id);
      list.add(
          pieces.pieces().special().contains(text)
              ? Piece.special(text, text.equals("<unk>") ? 2 : 3)
              : new Piece(text, pieces.scores().get(id)));
    }
    return list;
  }

  @Test
  void aSiglipReadsTheTokenizerNextToItsWeights() throws IOException {
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.copy(TinyClip.siglipFolder().resolve(name), folder.resolve(name));
    }
    List<Piece> pieces = ofTheTinyOne();
    Files.write(file, model(UNIGRAM, pieces, true, new byte[0]));
    String text = "a photo of a cat";
    try (Clip clip = Clip.load(folder);
        Clip tiny = Clip.load(TinyClip.siglipFolder())) {
      assertThat(clip.tokenizer().encode(text)).isEqualTo(tiny.tokenizer().encode(text));
    }
    pieces.add(new Piece("zzzz", -9));
    Files.write(file, model(UNIGRAM, pieces, true, new byte[0]));
    try (Clip clip = Clip.load(folder)) {
      assertThatThrownBy(clip::tokenizer)
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("spiece.model has 201 token ids, the weights 200");
    }
  }

  /**
   * MetaCLIP 2 uses the ids of its tokenizer.json, which are larger by two than in XLM-V's model. A
   * CLIP therefore rejects a SentencePiece model.
   */
  @Test
  void aClipReadsNone() throws IOException {
    Files.write(file, model(UNIGRAM, unigramPieces(), true, map()));
    Clip.Options options =
        new Clip.Options(
            Clip.Options.DEFAULT.precision(), Clip.Options.DEFAULT.device(), file, null);
    try (Clip clip = Clip.load(TinyClip.folder(), options)) {
      assertThatThrownBy(clip::tokenizer)
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("SentencePiece's own file, whose ids are not those of a CLIP");
    }
  }
}
