package org.kgcoop.clip;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Tokenizers from files, each of the kind that its file is of. */
public final class Tokenizers {
  private Tokenizers() {}

  /** The tokenizer of the released CLIPs: 49,408 ids. */
  public static Tokenizer released() {
    return new BytePairTokenizer(Vocabulary.released());
  }

  /** A tokenizer from a {@code merges.txt} or {@code tokenizer.json}. */
  public static Tokenizer read(Path file) {
    return read(file, null);
  }

  /**
   * A tokenizer from a file.
   *
   * @param cleaning of texts, or null for the usual one of a tokenizer of that kind; CLIP's own
   *     knows one alone
   */
  static Tokenizer read(Path file, @Nullable TextCleaning cleaning) {
    if (!file.toString().endsWith(".json")) {
      return new BytePairTokenizer(Vocabulary.ofMerges(file));
    }
    TokenizerJson json = TokenizerJson.read(file);
    return json.isSentencePiece()
        ? SentencePieceTokenizer.of(json, cleaning)
        : new BytePairTokenizer(Vocabulary.of(json));
  }
}
