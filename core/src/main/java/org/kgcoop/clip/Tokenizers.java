package org.kgcoop.clip;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/** A reader of tokenizer files of all supported kinds. */
public final class Tokenizers {
  private Tokenizers() {}

  /** Creates the tokenizer of OpenAI's CLIP models, with 49,408 ids. */
  public static BytePairTokenizer released() {
    return new BytePairTokenizer(Vocabulary.released());
  }

  /** Returns the lines of OpenAI's {@code merges.txt}: a comment, then the merges. */
  public static List<String> releasedMerges() {
    return Vocabulary.releasedLines();
  }

  /**
   * Reads a tokenizer from a {@code merges.txt} or a {@code tokenizer.json}.
   *
   * @throws KgCoopException if it cannot be read, or is SentencePiece's own file
   */
  public static Tokenizer read(Path file) {
    return read(file, null);
  }

  /**
   * Reads a tokenizer from a file.
   *
   * @param cleaning the cleaning of texts, or null for the default of the tokenizer's kind; CLIP's
   *     own supports only one
   */
  public static Tokenizer read(Path file, @Nullable TextCleaning cleaning) {
    String name = file.toString();
    if (name.endsWith(".model")) {
      throw KgCoopException.weights(
          file
              + ": SentencePiece's own file is not supported; put the tokenizer.json of the model's"
              + " page on Hugging Face next to the weights");
    }
    if (!name.endsWith(".json")) {
      return new BytePairTokenizer(Vocabulary.ofMerges(file));
    }
    TokenizerModel pieces = TokenizerModel.read(file, "BPE", "Unigram");
    return pieces.unigram() || pieces.byteFallback()
        ? new SentencePieceTokenizer(pieces, cleaning)
        : new BytePairTokenizer(Vocabulary.of(pieces));
  }
}
