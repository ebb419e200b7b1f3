package org.kgcoop.clip;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.InputFile;

/**
 * A reader of the pieces of a {@code tokenizer.json}. Except for a map of characters, it ignores
 * normalizers and processors, because the few model families have known ones.
 */
final class TokenizerJson {
  /**
   * Does not cache field names: pieces are field names here, and a table of 250,000 names takes
   * time.
   */
  private static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder()
              .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
              .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
              .build());

  private final Path file;
  private final Map<String, Integer> ids = new HashMap<>();
  private final List<Float> scores = new ArrayList<>();
  private final IntStream.Builder merges = IntStream.builder();
  private final Set<String> special = new HashSet<>();
  private boolean knowsIds;
  private boolean mergesAreLeft; // merges come before the ids of their pieces
  private String type = "";
  private boolean byteFallback;
  private byte[] characterMap = {};

  private TokenizerJson(Path file) {
    this.file = file;
  }

  /**
   * Reads a file, which may have a million lines.
   *
   * @throws KgCoopException if it is not a tokenizer file
   */
  static TokenizerModel read(Path file) {
    TokenizerJson json = new TokenizerJson(file);
    try {
      json.parse();
      if (json.mergesAreLeft) {
        json.parse();
      }
      if (!json.type.isEmpty() && !json.type.equals("BPE") && !json.type.equals("Unigram")) {
        throw json.refused("model.type " + json.type + ": expected BPE or Unigram");
      }
      if (!json.type.equals("Unigram") && !json.scores.isEmpty()) {
        throw json.refused("model.vocab: expected ids of pieces, got scores");
      }
    } catch (IOException e) {
      throw KgCoopException.weights(
          file + ": cannot be read as a tokenizer: " + FileErrors.reason(e), e);
    }
    return new TokenizerModel(
        file,
        json.type.equals("Unigram"),
        json.byteFallback,
        json.ids,
        json.special,
        json.scores,
        IntBuffer.wrap(json.merges.build().toArray()),
        ByteBuffer.wrap(json.characterMap));
  }

  private KgCoopException refused(String why) {
    return FileErrors.refused(file, why);
  }

  private void parse() throws IOException {
    try (JsonParser parser = JSON.createParser(InputFile.open(file))) {
      parser.nextToken();
      object(parser, this::field);
    }
  }

  private interface Field {
    void read(String name, JsonParser value) throws IOException;
  }

  /** Reads the fields of an object and skips unknown ones. */
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
      case "model" -> object(value, this::modelField);
      case "added_tokens" -> {
        JsonNode tokens = tree(value);
        if (!tokens.isArray() && !tokens.isNull()) {
          throw refused("added_tokens: expected a list");
        }
        for (JsonNode token : tokens) {
          ConfigSection added = new ConfigSection(file + ": added_tokens.", token);
          String content = added.text("content", "");
          ids.put(content, added.tokenId("id", 0));
          if (added.flag("special", false)) {
            special.add(content);
          }
        }
      }
      case "normalizer" -> {
        JsonNode normalizer = tree(value);
        if (!normalizer.isObject() && !normalizer.isNull()) {
          throw refused("normalizer: expected an object");
        }
        JsonNode map = normalizer.findValue("precompiled_charsmap");
        if (map != null && !map.isNull()) {
          if (!map.isTextual()) {
            throw refused("precompiled_charsmap: expected a text of Base64");
          }
          characterMap = map.binaryValue();
        }
      }
      default -> value.skipChildren();
    }
  }

  private void modelField(String name, JsonParser value) throws IOException {
    switch (name) {
      case "type" -> type = value.getValueAsString("");
      case "byte_fallback" -> {
        if (value.currentToken() != JsonToken.VALUE_NULL) {
          byteFallback = value.getBooleanValue(); // fails for another type
        }
      }
      case "merges" -> {
        mergesAreLeft = !knowsIds;
        if (mergesAreLeft) {
          value.skipChildren();
        } else {
          elements(value, () -> addMerge(value));
        }
      }
      case "vocab" -> {
        if (value.currentToken() == JsonToken.START_ARRAY) {
          scores.clear();
          elements(value, () -> scored(value));
        } else {
          object(value, this::piece);
        }
        knowsIds = true;
      }
      default -> value.skipChildren();
    }
  }

  private void piece(String piece, JsonParser id) throws IOException {
    if (id.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      throw refused("model.vocab: expected the id of '" + piece + "', got " + id.getText());
    }
    ids.put(piece, id.getIntValue());
  }

  private interface Element {
    void read() throws IOException;
  }

  private void elements(JsonParser array, Element element) throws IOException {
    if (array.currentToken() != JsonToken.START_ARRAY) {
      throw refused("model.merges: expected a list");
    }
    while (array.nextToken() != JsonToken.END_ARRAY) {
      element.read();
    }
  }

  /** Reads "a b", or ["a", "b"]. */
  private void addMerge(JsonParser value) throws IOException {
    List<String> pair = new ArrayList<>(2);
    if (value.currentToken() == JsonToken.START_ARRAY) {
      while (value.nextToken() != JsonToken.END_ARRAY) {
        pair.add(value.getValueAsString(""));
      }
    } else {
      pair.addAll(List.of(value.getValueAsString("").split(" ", -1)));
    }
    if (pair.size() != 2 || pair.contains("")) {
      throw refused("model.merges: expected two pieces, got '" + String.join(" ", pair) + "'");
    }
    for (String piece : pair) {
      Integer id = ids.get(piece);
      if (id == null) {
        throw refused("model.merges: no piece '" + piece + "' in model.vocab");
      }
      merges.add(id);
    }
  }

  /** Reads ["piece", score]. */
  private void scored(JsonParser pair) throws IOException {
    String piece = pair.currentToken() == JsonToken.START_ARRAY ? pair.nextTextValue() : null;
    if (piece == null || !pair.nextToken().isNumeric()) {
      throw refused("model.vocab: expected pairs of a piece and its score");
    }
    ids.put(piece, scores.size());
    scores.add(pair.getFloatValue());
    while (pair.nextToken() != JsonToken.END_ARRAY) {
      pair.skipChildren();
    }
  }

  private static JsonNode tree(JsonParser value) throws IOException {
    JsonNode tree = JSON.readTree(value);
    return tree == null ? JSON.missingNode() : tree;
  }
}
