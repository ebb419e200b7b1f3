package org.kgcoop.clip;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.InputFile;
import org.kgcoop.files.Json;

/**
 * The content of a {@code tokenizer.json}. Except for a map of characters, normalizers and
 * processors of SentencePiece and CLIP have no effect, because these few families have known ones.
 *
 * @param file the file, for error messages
 * @param settings the content except pieces and merges
 * @param ids the id of each piece, including added tokens
 * @param special pieces that represent no text
 * @param scores the log probability of each id of a unigram model; empty for other kinds
 * @param merges the pairs to merge, two ids each, in order
 */
public record TokenizerModel(
    Path file,
    ConfigSection settings,
    Map<String, Integer> ids,
    Set<String> special,
    List<Float> scores,
    IntBuffer merges) {

  /** The number of bits of an id. No known model needs as many. */
  static final int ID_BITS = 21;

  /**
   * Does not cache field names: pieces are field names here, and a table of 250,000 names takes
   * time.
   */
  private static final JsonFactory PARSERS =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();

  /**
   * Reads a file, which may have a million lines.
   *
   * @param types the supported values of {@code model.type}, the default one first
   * @throws KgCoopException if it is another kind of file
   */
  public static TokenizerModel read(Path file, String... types) {
    // Plain objects, which need less memory than nodes.
    Map<?, ?> json = json(file);
    Map<?, ?> model = json.get("model") instanceof Map<?, ?> map ? map : new HashMap<>();
    Object vocabulary = model.remove("vocab");
    Object pairs = model.remove("merges");
    ConfigSection settings = new ConfigSection(file + ": ", Json.tree(json));
    boolean unigram = settings.at("model").only("type", types).equals("Unigram");
    Map<String, Integer> ids = new HashMap<>();
    List<Float> scores = new ArrayList<>();
    if (vocabulary instanceof Map<?, ?> pieces) {
      pieces.forEach((piece, id) -> ids.put(piece.toString(), checkedId(file, piece, id)));
    } else if (unigram && vocabulary instanceof List<?> pieces) {
      for (Object pair : pieces) {
        if (!(pair instanceof List<?> two
            && two.size() > 1
            && two.get(0) instanceof String piece
            && two.get(1) instanceof Number score
            && Float.isFinite(score.floatValue()))) {
          throw FileErrors.refused(file, "model.vocab: expected pairs of a piece and its score");
        }
        ids.put(piece, scores.size());
        scores.add(score.floatValue());
      }
    } else {
      throw FileErrors.refused(file, "model.vocab: expected the ids of pieces");
    }
    IntBuffer merges = pairs == null ? IntBuffer.allocate(0) : merges(file, pairs, ids);
    Set<String> special = new LinkedHashSet<>();
    for (ConfigSection token : settings.list("added_tokens")) {
      String piece = token.text("content", "");
      if (piece.isEmpty()) {
        throw token.refused("content", "a text");
      }
      ids.put(piece, checkedId(file, piece, token.tokenId("id", -1)));
      if (token.flag("special", false)) {
        special.add(piece);
      }
    }
    return new TokenizerModel(file, settings, ids, special, scores, merges);
  }

  private static Map<?, ?> json(Path file) {
    try (JsonParser parser = PARSERS.createParser(InputFile.open(file))) {
      if (Json.LENIENT.readValue(parser, Object.class) instanceof Map<?, ?> json) {
        return json;
      }
    } catch (IOException e) {
      throw unreadable(file, e);
    }
    throw FileErrors.refused(file, "cannot be read as a tokenizer: expected a JSON object");
  }

  /** Reads a small file next to a tokenizer, which may be missing. */
  public static ConfigSection settings(Path file) {
    Map<?, ?> json = Files.isRegularFile(file) ? json(file) : Map.of();
    return new ConfigSection(file + ": ", Json.tree(json));
  }

  /** Creates the error for a file that cannot be read. */
  public static KgCoopException unreadable(Path file, IOException e) {
    return KgCoopException.weights(
        file + ": cannot be read as a tokenizer: " + FileErrors.reason(e), e);
  }

  private static int checkedId(Path file, Object piece, @Nullable Object value) {
    if (value instanceof Integer id && id >= 0 && id < 1 << ID_BITS) {
      return id;
    }
    throw FileErrors.refused(
        file,
        "piece '%s' has the id %s: expected 0 to %s".formatted(piece, value, (1 << ID_BITS) - 1));
  }

  /** Reads a list of "a b", or ["a", "b"]. */
  private static IntBuffer merges(Path file, Object pairs, Map<String, Integer> ids) {
    IntStream.Builder merges = IntStream.builder();
    for (Object pair : pairs instanceof List<?> list ? list : List.of(pairs)) {
      List<?> pieces =
          pair instanceof List<?> two ? two : List.of(String.valueOf(pair).split(" ", -1));
      if (pieces.size() != 2 || pieces.contains("")) {
        throw FileErrors.refused(file, "model.merges: expected two pieces, got '" + pair + "'");
      }
      for (Object piece : pieces) {
        Integer id = ids.get(piece);
        if (id == null) {
          throw FileErrors.refused(file, "model.merges: no piece '" + piece + "' in model.vocab");
        }
        merges.add(id);
      }
    }
    return IntBuffer.wrap(merges.build().toArray());
  }

  /** Creates an error for the file. */
  KgCoopException refused(String why) {
    return FileErrors.refused(file, why);
  }

  /** Returns true for a unigram model. */
  boolean unigram() {
    return settings.at("model").text("type", "").equals("Unigram");
  }

  /** Returns true if a character without a piece becomes its bytes. */
  boolean byteFallback() {
    return settings.at("model").flag("byte_fallback", false);
  }

  /** Returns SentencePiece's compiled map of characters, or an empty one. */
  ByteBuffer characterMap() {
    String key = "precompiled_charsmap";
    try {
      String map = settings.at("normalizer").json().findPath(key).asText("");
      return ByteBuffer.wrap(Base64.getDecoder().decode(map));
    } catch (IllegalArgumentException e) {
      throw refused(key + ": expected a text of Base64");
    }
  }

  /** Returns the id of each byte. */
  int[] bytes() {
    return IntStream.range(0, 256)
        .map(b -> id(String.format(Locale.ROOT, "<0x%02X>", b)))
        .toArray();
  }

  /** Returns the piece of each id, "" if there is none. */
  public static List<String> texts(Map<String, Integer> ids) {
    int size = 1 + ids.values().stream().mapToInt(id -> id).max().orElse(-1);
    String[] texts = new String[size];
    Arrays.fill(texts, "");
    ids.forEach((piece, id) -> texts[id] = piece);
    return List.of(texts);
  }

  /** Returns the id of a required piece. */
  int id(String piece) {
    Integer id = ids.get(piece);
    if (id == null) {
      throw refused("it has no piece '" + piece + "', which this kind of tokenizer needs");
    }
    return id;
  }
}
