package org.kgcoop.clip;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The tokenizers of SigLIP (unigram) and SigLIP 2 (byte pairs): SentencePiece after a cleaning of
 * the text. It cuts a long text and keeps the end token.
 */
final class SentencePieceTokenizer extends Tokenizer {
  /** The character that represents a space. */
  static final char SPACE = '\u2581';

  private final TextCleaning cleaning;
  private final Function<String, List<Integer>> model; // maps a cleaned text to ids
  private final int unknown; // -1 if bytes replace unknown characters
  private final boolean spaceInFront; // adds a space in front of every text

  /**
   * Creates the tokenizer of a file.
   *
   * @param cleaning the cleaning, or null for the published default of its kind
   */
  SentencePieceTokenizer(TokenizerModel pieces, @Nullable TextCleaning cleaning) {
    super(
        TokenizerModel.texts(pieces.ids()),
        pieces.unigram() && pieces.ids().containsKey("<s>") ? List.of(pieces.id("<s>")) : List.of(),
        pieces.id(pieces.unigram() ? "</s>" : "<eos>"),
        pieces.id(pieces.unigram() ? "</s>" : "<pad>"),
        true);
    spaceInFront = pieces.unigram();
    unknown = pieces.byteFallback() ? -1 : pieces.id("<unk>");
    model = spaceInFront ? new Unigram(pieces)::ids : new PieceMerges(pieces)::ids;
    TextCleaning published = spaceInFront ? TextCleaning.WITHOUT_PUNCTUATION : TextCleaning.LOWER;
    this.cleaning = cleaning == null ? published : cleaning;
  }

  @Override
  protected List<Integer> ids(String text) {
    return model.apply(cleaning.clean(text));
  }

  @Override
  protected List<Integer> idsBehind(String text) {
    String cleaned = cleaning.clean(text);
    return model.apply(spaceInFront || cleaned.isEmpty() ? cleaned : " " + cleaned);
  }

  @Override
  protected int unknown() {
    return unknown;
  }

  @Override
  protected String decode(String piece) {
    return piece.matches("<0x[0-9A-F]{2}>")
        ? new String(HexFormat.of().parseHex(piece, 3, 5), StandardCharsets.UTF_8)
        : piece.replace(SPACE, ' ');
  }
}
