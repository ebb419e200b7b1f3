package org.kgcoop.clip;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Tokenizers from files, each of the kind that its file is of. */
public final class Tokenizers {
  /** The end of the names of SentencePiece's own files. */
  static final String SENTENCE_PIECE = ".model";

  private Tokenizers() {}

  /** The tokenizer of the released CLIPs: 49,408 ids. */
  public static Tokenizer released() {
    return new BytePairTokenizer(Vocabulary.released());
  }

  /**
   * A tokenizer from a {@code merges.txt}, {@code tokenizer.json}, or {@code spiece.model} or
   * {@code tokenizer.model} of SentencePiece.
   */
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
    String name = file.toString();
    if (name.endsWith(SENTENCE_PIECE)) {
      return SentencePieceTokenizer.of(SentencePieceModel.read(file), cleaning);
    }
    if (!name.endsWith(".json")) {
      return new BytePairTokenizer(Vocabulary.ofMerges(file));
    }
    TokenizerModel pieces = TokenizerJson.read(file);
    return pieces.areSentencePieces()
        ? SentencePieceTokenizer.of(pieces, cleaning)
        : new BytePairTokenizer(Vocabulary.of(pieces));
  }
}
