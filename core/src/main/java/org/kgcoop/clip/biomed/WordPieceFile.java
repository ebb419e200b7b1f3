package org.kgcoop.clip.biomed;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.ConfigSection;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.InputFile;

/** A reader of BERT's tokenizer files: {@code tokenizer.json}, or {@code vocab.txt}. */
final class WordPieceFile {
  /** The special pieces, which every vocabulary has. Their ids differ. */
  static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");

  /** The number of bits of an id. No known vocabulary needs as many. */
  private static final int ID_BITS = 21;

  private static final int LONGEST_WORD = 100;

  private WordPieceFile() {}

  /**
   * Reads a tokenizer.
   *
   * @throws KgCoopException if the file cannot be read, or is another kind of tokenizer
   */
  static WordPieceTokenizer read(Path file) {
    try {
      return file.toString().endsWith(".json") ? ofJson(file) : ofVocabulary(file);
    } catch (IOException e) {
      throw KgCoopException.weights(
          file + ": cannot be read as a tokenizer: " + FileErrors.reason(e), e);
    }
  }

  /** Reads a token per line, whose number is its id. */
  private static WordPieceTokenizer ofVocabulary(Path file) throws IOException {
    Map<String, Integer> ids = new LinkedHashMap<>();
    for (String line : InputFile.text(file).split("\r?\n|\r", 0)) {
      if (ids.putIfAbsent(line, ids.size()) != null) {
        throw FileErrors.refused(file, "the piece '" + line + "' is there twice; expected one");
      }
    }
    Path config = file.resolveSibling("tokenizer_config.json");
    ConfigSection settings =
        new ConfigSection(
            config + ": ",
            Files.isRegularFile(config) ? json(config) : JsonNodeFactory.instance.objectNode());
    settings.on("tokenize_chinese_chars");
    return tokenizer(file, ids, SPECIAL, "[UNK]", "##", LONGEST_WORD, settings, "do_lower_case");
  }

  private static WordPieceTokenizer ofJson(Path file) throws IOException {
    ConfigSection json = new ConfigSection(file + ": ", json(file));
    ConfigSection model = json.at("model");
    if (!model.json().path("vocab").isObject()) {
      throw FileErrors.refused(file, "model.vocab: expected the ids of the pieces of WordPiece");
    }
    model.only("type", "WordPiece");
    ConfigSection normalizer = json.at("normalizer");
    json.at("pre_tokenizer").only("type", "BertPreTokenizer");
    if (!normalizer.text("type", "").equals("BertNormalizer")) {
      throw json.refused("normalizer", "a BertNormalizer");
    }
    normalizer.on("clean_text");
    normalizer.on("handle_chinese_chars");
    Map<String, Integer> ids = new LinkedHashMap<>();
    model.json().path("vocab").properties().forEach(e -> ids.put(e.getKey(), id(file, e)));
    List<String> special = new ArrayList<>(SPECIAL);
    if (!json.isMissing("added_tokens") && !json.json().path("added_tokens").isArray()) {
      throw json.refused("added_tokens", "a list");
    }
    for (JsonNode token : json.json().path("added_tokens")) {
      String content = token.path("content").asText();
      if (!token.path("special").asBoolean() || content.isEmpty()) {
        throw FileErrors.refused(
            file, "the added token '" + content + "' is not special: not implemented");
      }
      special.add(content);
      ids.put(content, id(file, Map.entry(content, token.path("id"))));
    }
    return tokenizer(
        file,
        ids,
        special.stream().distinct().toList(),
        model.text("unk_token", "[UNK]"),
        model.text("continuing_subword_prefix", "##"),
        model.whole("max_input_chars_per_word", LONGEST_WORD),
        normalizer,
        "lowercase");
  }

  private static WordPieceTokenizer tokenizer(
      Path file,
      Map<String, Integer> ids,
      List<String> special,
      String unknown,
      String continuing,
      int longestWord,
      ConfigSection settings,
      String lowerCaseKey) {
    List<String> needed = new ArrayList<>(special);
    needed.add(unknown);
    for (String piece : needed) {
      if (!ids.containsKey(piece)) {
        throw FileErrors.refused(file, "it has no piece '" + piece + "', which BERT needs");
      }
    }
    if (ids.keySet().stream().noneMatch(piece -> piece.startsWith(continuing))) {
      throw FileErrors.refused(file, "none of its pieces begins with '" + continuing + "'");
    }
    boolean lowerCase = settings.flag(lowerCaseKey, true);
    boolean strips = settings.flag("strip_accents", lowerCase);
    return new WordPieceTokenizer(
        new WordPieceTokenizer.Settings(
            ids, special, unknown, continuing, longestWord, lowerCase, strips));
  }

  private static int id(Path file, Map.Entry<String, JsonNode> piece) {
    JsonNode id = piece.getValue();
    if (!id.isInt() || id.intValue() < 0 || id.intValue() >= 1 << ID_BITS) {
      throw FileErrors.refused(
          file,
          "piece '%s' has the id %s: expected 0 to %s"
              .formatted(piece.getKey(), id, (1 << ID_BITS) - 1));
    }
    return id.intValue();
  }

  private static JsonNode json(Path file) throws IOException {
    try {
      JsonNode json = new ObjectMapper().readTree(InputFile.text(file));
      if (json != null && json.isObject()) {
        return json;
      }
    } catch (JsonParseException e) {
      // The error below has the position and no excerpt of the file.
    }
    throw FileErrors.refused(file, "cannot be read as a tokenizer: expected a JSON object");
  }
}
