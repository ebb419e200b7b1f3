package org.kgcoop.clip;

import java.util.ArrayList;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.UnicodeText;

/**
 * A tokenizer, which converts texts to the token ids that a model was trained with. It is
 * thread-safe.
 */
public abstract class Tokenizer {
  private final List<String> pieces;
  private final List<Integer> start;
  private final int end;
  private final int padding;
  private final boolean cuts;

  /**
   * Creates a tokenizer.
   *
   * @param pieces the piece of each id
   * @param start the ids at the start of every text
   * @param end the id of the end of text
   * @param padding the id for padding after the end
   * @param cuts true if long texts are cut, false if they are rejected
   */
  protected Tokenizer(
      List<String> pieces, List<Integer> start, int end, int padding, boolean cuts) {
    this.pieces = pieces;
    this.start = start;
    this.end = end;
    this.padding = padding;
    this.cuts = cuts;
  }

  /** Returns the number of ids. */
  public final int vocabularySize() {
    return pieces.size();
  }

  /** Returns the ids at the start of every text. */
  public final List<Integer> start() {
    return start;
  }

  /** Returns the id of the end of text. */
  public final int endOfText() {
    return end;
  }

  /** Returns the id for padding after the end. */
  public final int padding() {
    return padding;
  }

  /** Returns true if long texts are cut, false if they are rejected. */
  public final boolean cuts() {
    return cuts;
  }

  /**
   * Returns the ids of a text, without start and end.
   *
   * @throws KgCoopException if it is no Unicode text
   */
  public final List<Integer> encode(String text) {
    UnicodeText.check("text", text);
    return ids(text);
  }

  /**
   * Returns the ids of a text that follows other words.
   *
   * @throws KgCoopException if it is no Unicode text
   */
  public final List<Integer> encodeBehind(String text) {
    UnicodeText.check("text", text);
    return idsBehind(text);
  }

  /** Returns the ids of a text, without start and end. */
  protected abstract List<Integer> ids(String text);

  /** Returns the ids of a text that follows other words. */
  protected List<Integer> idsBehind(String text) {
    return ids(text);
  }

  /**
   * Returns the id of the parts of a text that the vocabulary does not contain, or -1 if it can
   * represent every text.
   */
  protected int unknown() {
    return -1;
  }

  /** Returns false if the vocabulary contains no part of a text. */
  public final boolean knows(String text) {
    return unknown() < 0
        || encode(text).stream().anyMatch(id -> id != unknown() && !decode(id).isBlank());
  }

  /** Returns the text of a token, with the space at its start or end. */
  public final String decode(int id) {
    return decode(pieces.get(id));
  }

  /** Returns the text of a piece, with the space at its start or end. */
  protected abstract String decode(String piece);

  /**
   * Returns the ids of a text with start and end.
   *
   * @throws KgCoopException if there are more than {@code contextLength}, and the model's own
   *     tokenizer does not cut
   */
  public final List<Integer> encodeMarked(String text, int contextLength) {
    return marked(encode(text), contextLength, text, cuts);
  }

  /**
   * Adds start and end to ids.
   *
   * @param text the text of the ids, for error messages
   * @param cut true if a long text is cut
   * @throws KgCoopException if there are more than {@code contextLength}, and the text is not cut
   */
  public final List<Integer> marked(
      List<Integer> ids, int contextLength, String text, boolean cut) {
    List<Integer> marked = new ArrayList<>(start);
    marked.addAll(ids);
    if (cut && marked.size() >= contextLength) {
      marked.subList(contextLength - 1, marked.size()).clear();
    }
    marked.add(end);
    if (marked.size() > contextLength) {
      throw KgCoopException.configuration(
          ("text '%s' has %s tokens with its start and end; the model reads %s: shorten the class "
                  + "name or the prompt")
              .formatted(abbreviated(text), marked.size(), contextLength));
    }
    return marked;
  }

  private static String abbreviated(String text) {
    return text.length() <= 60 ? text : text.substring(0, 57) + "...";
  }
}
