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
  private final boolean spaceInFront; // adds a space in front of every text
  private final List<String> texts; // text of each id
  private final List<Integer> start;
  private final int end;
  private final int padding;

  /**
   * Creates the tokenizer of a file.
   *
   * @param cleaning the cleaning, or null for the published default of its kind
   */
  SentencePieceTokenizer(TokenizerModel pieces, @Nullable TextCleaning cleaning) {
    TextCleaning published;
    spaceInFront = pieces.unigram();
    if (spaceInFront) {
      published = TextCleaning.WITHOUT_PUNCTUATION;
      end = pieces.id("</s>");
      model = new Unigram(pieces)::ids;
      padding = end;
      start = pieces.ids().containsKey("<s>") ? List.of(pieces.id("<s>")) : List.of();
    } else {
      published = TextCleaning.LOWER;
      model = new PieceMerges(pieces)::ids;
      end = pieces.id("<eos>");
      padding = pieces.id("<pad>");
      start = List.of();
    }
    this.cleaning = cleaning == null ? published : cleaning;
    texts = TokenizerModel.texts(pieces.ids());
  }

  @Override
  public int vocabularySize() {
    return texts.size();
  }

  @Override
  public List<Integer> start() {
    return start;
  }

  @Override
  public int endOfText() {
    return end;
  }

  @Override
  public int padding() {
    return padding;
  }

  @Override
  public boolean cuts() {
    return true;
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
  public String decode(int id) {
    String piece = texts.get(id);
    return piece.matches("<0x[0-9A-F]{2}>")
        ? new String(HexFormat.of().parseHex(piece, 3, 5), StandardCharsets.UTF_8)
        : piece.replace(SPACE, ' ');
  }
}
