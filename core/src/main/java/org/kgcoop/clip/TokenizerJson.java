package org.kgcoop.clip;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/**
 * The pieces of a {@code tokenizer.json}. Its normalisers and processors are not looked at, but for
 * a map of characters: the families of models are few, and known.
 */
final class TokenizerJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final Map<String, Integer> ids = new HashMap<>();
  private final List<Double> scores = new ArrayList<>();
  private final List<String> merges = new ArrayList<>();
  private final Set<String> special = new HashSet<>();
  private String type = "";
  private boolean byteFallback;
  private byte @Nullable [] characterMap;

  private TokenizerJson(Path file) {
    this.file = file;
  }

  /**
   * Reads a file, some of which have a million lines.
   *
   * @throws KgCoopException where it is no such file
   */
  static TokenizerJson read(Path file) {
    TokenizerJson json = new TokenizerJson(file);
    try (JsonParser parser = JSON.createParser(file.toFile())) {
      parser.nextToken();
      json.object(parser, json::field);
      if (!json.type.isEmpty() && !json.type.equals("BPE") && !json.type.equals("Unigram")) {
        throw json.refused("model.type " + json.type + ": expected BPE or Unigram");
      }
      return json;
    } catch (IOException e) {
      throw KgCoopException.io(
          file
              + ": cannot be read as a tokenizer: "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
          e);
    }
  }

  /** The refusal of the file. */
  KgCoopException refused(String why) {
    return KgCoopException.weights(file + ": " + why);
  }

  /** True if its pieces are SentencePiece's, rather than CLIP's. */
  boolean isSentencePiece() {
    return isUnigram() || byteFallback;
  }

  boolean isUnigram() {
    return type.equals("Unigram");
  }

  /** True if a character that is no piece becomes its bytes. */
  boolean byteFallback() {
    return byteFallback;
  }

  /** The id of each byte. */
  int[] bytes() {
    int[] bytes = new int[256];
    for (int b = 0; b < bytes.length; b++) {
      bytes[b] = id(String.format(Locale.ROOT, "<0x%02X>", b));
    }
    return bytes;
  }

  /** Piece to id, those added to the model's own with them. */
  Map<String, Integer> ids() {
    return ids;
  }

  /** The log probability of each id of a unigram model. */
  List<Double> scores() {
    return scores;
  }

  /** The pairs that are merged, "a b", the first ones first. */
  List<String> merges() {
    return merges;
  }

  /** The pieces that stand for no text. */
  Set<String> special() {
    return special;
  }

  /** SentencePiece's compiled map of characters, or null. */
  byte @Nullable [] characterMap() {
    return characterMap;
  }

  /** The number of ids: one more than the greatest. */
  int size() {
    return 1 + ids.values().stream().mapToInt(Integer::intValue).max().orElse(-1);
  }

  /** The id of a piece that must be there. */
  int id(String piece) {
    Integer id = ids.get(piece);
    if (id == null) {
      throw refused("it has no piece '" + piece + "', which this kind of tokenizer has");
    }
    return id;
  }

  // ---- reading

  private interface Field {
    void read(String name, JsonParser value) throws IOException;
  }

  /** Goes through the fields of an object; values that are not read are skipped. */
  private void object(JsonParser parser, Field field) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw refused("cannot be read as a tokenizer: expected an object");
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      field.read(name, parser);
    }
  }

  private void field(String name, JsonParser value) throws IOException {
    switch (name) {
      case "model" -> object(value, this::ofModel);
      case "added_tokens" -> {
        for (JsonNode token : tree(value)) {
          String content = token.path("content").asText();
          ids.put(content, token.path("id").asInt());
          if (token.path("special").asBoolean(false)) {
            special.add(content);
          }
        }
      }
      case "normalizer" -> {
        JsonNode map = tree(value).findValue("precompiled_charsmap");
        characterMap = map == null || map.isNull() ? null : map.binaryValue();
      }
      default -> value.skipChildren();
    }
  }

  private void ofModel(String name, JsonParser value) throws IOException {
    switch (name) {
      case "type" -> type = value.getValueAsString("");
      case "byte_fallback" -> byteFallback = value.getValueAsBoolean(false);
      case "merges" -> elements(value, () -> merges.add(merge(value)));
      case "vocab" -> {
        if (value.currentToken() == JsonToken.START_ARRAY) {
          elements(value, () -> scored(value));
        } else {
          object(value, (piece, id) -> ids.put(piece, id.getValueAsInt()));
        }
      }
      default -> value.skipChildren();
    }
  }

  private interface Element {
    void read() throws IOException;
  }

  private static void elements(JsonParser array, Element element) throws IOException {
    if (array.currentToken() != JsonToken.START_ARRAY) {
      array.skipChildren();
      return;
    }
    while (array.nextToken() != JsonToken.END_ARRAY) {
      element.read();
    }
  }

  /** "a b", or ["a", "b"]. */
  private static String merge(JsonParser value) throws IOException {
    if (value.currentToken() != JsonToken.START_ARRAY) {
      return value.getValueAsString("");
    }
    StringBuilder pair = new StringBuilder();
    while (value.nextToken() != JsonToken.END_ARRAY) {
      pair.append(pair.isEmpty() ? "" : " ").append(value.getValueAsString(""));
    }
    return pair.toString();
  }

  /** ["piece", score]. */
  private void scored(JsonParser pair) throws IOException {
    if (pair.currentToken() != JsonToken.START_ARRAY) {
      throw refused("model.vocab: expected pairs of a piece and its score");
    }
    pair.nextToken();
    ids.put(pair.getValueAsString(""), scores.size());
    pair.nextToken();
    scores.add(pair.getValueAsDouble());
    while (pair.nextToken() != JsonToken.END_ARRAY) {
      pair.skipChildren();
    }
  }

  private static JsonNode tree(JsonParser value) throws IOException {
    JsonNode tree = JSON.readTree(value);
    return tree == null ? JSON.missingNode() : tree;
  }
}
