package org.kgcoop.clip.biomed;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.ConfigSection;
import org.kgcoop.clip.TokenizerModel;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.InputFile;

/** A reader of BERT's tokenizer files: {@code tokenizer.json}, or {@code vocab.txt}. */
final class WordPieceFile {
  /** The special pieces, which every vocabulary has. Their ids differ. */
  static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");

  private static final int LONGEST_WORD = 100;

  private WordPieceFile() {}

  /**
   * Reads a tokenizer.
   *
   * @throws KgCoopException if the file cannot be read, or is another kind of tokenizer
   */
  static WordPieceTokenizer read(Path file) {
    return file.toString().endsWith(".json") ? ofJson(file) : ofVocabulary(file);
  }

  /** Reads a token per line, whose number is its id. */
  private static WordPieceTokenizer ofVocabulary(Path file) {
    Map<String, Integer> ids = new LinkedHashMap<>();
    try {
      for (String line : InputFile.text(file).split("\r?\n|\r", 0)) {
        if (ids.putIfAbsent(line, ids.size()) != null) {
          throw FileErrors.refused(file, "the piece '" + line + "' is there twice; expected one");
        }
      }
    } catch (IOException e) {
      throw TokenizerModel.unreadable(file, e);
    }
    ConfigSection settings = TokenizerModel.settings(file.resolveSibling("tokenizer_config.json"));
    settings.on("tokenize_chinese_chars");
    boolean lowerCase = settings.flag("do_lower_case", true);
    return checked(
        file,
        new WordPieceTokenizer.Settings(
            ids,
            SPECIAL,
            "[UNK]",
            "##",
            LONGEST_WORD,
            lowerCase,
            settings.flag("strip_accents", lowerCase)));
  }

  private static WordPieceTokenizer ofJson(Path file) {
    TokenizerModel pieces = TokenizerModel.read(file, "WordPiece");
    ConfigSection json = pieces.settings();
    ConfigSection model = json.at("model");
    ConfigSection normalizer = json.at("normalizer");
    json.at("pre_tokenizer").only("type", "BertPreTokenizer");
    if (!normalizer.text("type", "").equals("BertNormalizer")) {
      throw json.refused("normalizer", "a BertNormalizer");
    }
    normalizer.on("clean_text");
    normalizer.on("handle_chinese_chars");
    json.list("added_tokens").forEach(token -> token.on("special"));
    boolean lowerCase = normalizer.flag("lowercase", true);
    return checked(
        file,
        new WordPieceTokenizer.Settings(
            pieces.ids(),
            Stream.concat(SPECIAL.stream(), pieces.special().stream()).distinct().toList(),
            model.text("unk_token", "[UNK]"),
            model.text("continuing_subword_prefix", "##"),
            model.whole("max_input_chars_per_word", LONGEST_WORD),
            lowerCase,
            normalizer.flag("strip_accents", lowerCase)));
  }

  private static WordPieceTokenizer checked(Path file, WordPieceTokenizer.Settings settings) {
    Stream.concat(settings.special().stream(), Stream.of(settings.unknown()))
        .filter(piece -> !settings.ids().containsKey(piece))
        .findFirst()
        .ifPresent(
            piece -> {
              throw FileErrors.refused(file, "it has no piece '" + piece + "', which BERT needs");
            });
    if (settings.ids().keySet().stream().noneMatch(p -> p.startsWith(settings.continuing()))) {
      throw FileErrors.refused(
          file, "none of its pieces begins with '" + settings.continuing() + "'");
    }
    return new WordPieceTokenizer(settings);
  }
}
