package org.kgcoop.clip;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FileErrors;

/**
 * The pieces of a {@code tokenizer.json}. Its normalisers and processors are not looked at, but for
 * a map of characters: the families of models are few, and known.
 */
final class TokenizerJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final Map<String, Integer> ids = new HashMap<>();
  private final List<Float> scores = new ArrayList<>();
  private final List<String> merges = new ArrayList<>();
  private final Set<String> special = new HashSet<>();
  private String type = "";
  private boolean byteFallback;
  private byte[] characterMap = {};

  private TokenizerJson(Path file) {
    this.file = file;
  }

  /**
   * Reads a file, some of which have a million lines.
   *
   * @throws KgCoopException where it is no such file
   */
  static Pieces read(Path file) {
    TokenizerJson json = new TokenizerJson(file);
    try (JsonParser parser = JSON.createParser(file.toFile())) {
      parser.nextToken();
      json.object(parser, json::field);
      if (!json.type.isEmpty() && !json.type.equals("BPE") && !json.type.equals("Unigram")) {
        throw json.refused("model.type " + json.type + ": expected BPE or Unigram");
      }
    } catch (IOException e) {
      throw KgCoopException.io(
          file + ": cannot be read as a tokenizer: " + FileErrors.reason(e), e);
    }
    return new Pieces(
        file,
        json.type.equals("Unigram"),
        json.byteFallback,
        json.ids,
        json.scores,
        json.merges,
        json.special,
        ByteBuffer.wrap(json.characterMap));
  }

  private KgCoopException refused(String why) {
    return FileErrors.refused(file, why);
  }

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
        characterMap = map == null || map.isNull() ? characterMap : map.binaryValue();
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
    scores.add((float) pair.getValueAsDouble());
    while (pair.nextToken() != JsonToken.END_ARRAY) {
      pair.skipChildren();
    }
  }

  private static JsonNode tree(JsonParser value) throws IOException {
    JsonNode tree = JSON.readTree(value);
    return tree == null ? JSON.missingNode() : tree;
  }
}
