package org.kgcoop.clip;

import java.util.ArrayList;
import java.util.List;
import org.kgcoop.KgCoopException;

/** The way from texts to token ids that a model was trained with. Safe for several threads. */
public abstract class Tokenizer {
  Tokenizer() {}

  /** The number of ids. */
  public abstract int vocabularySize();

  /** The ids that every text begins with. */
  public abstract List<Integer> start();

  /** The id that ends a text. */
  public abstract int endOfText();

  /** The id that fills a text up behind its end. */
  public abstract int padding();

  /** The ids of a text, without the marks of its start and end. */
  public abstract List<Integer> encode(String text);

  /** The ids of a text that stands behind other words. */
  public List<Integer> encodeBehind(String text) {
    return encode(text);
  }

  /** The text that a token stands for, with the space that it begins or ends with. */
  public abstract String decode(int id);

  /** True if a text that is too long is cut, rather than refused. */
  abstract boolean cuts();

  /**
   * The ids of a text between the marks of its start and end.
   *
   * @throws KgCoopException where they are more than {@code contextLength}, and the model's own
   *     tokenizer does not cut
   */
  public final List<Integer> encodeMarked(String text, int contextLength) {
    return marked(encode(text), contextLength, text);
  }

  /**
   * Ids between the marks of start and end.
   *
   * @param text that they were made of, named in errors
   * @throws KgCoopException as {@link #encodeMarked}
   */
  public final List<Integer> marked(List<Integer> ids, int contextLength, String text) {
    List<Integer> marked = new ArrayList<>(start());
    marked.addAll(ids);
    if (cuts() && marked.size() >= contextLength) {
      marked.subList(contextLength - 1, marked.size()).clear();
    }
    marked.add(endOfText());
    if (marked.size() > contextLength) {
      throw KgCoopException.configuration(
          ("text '%s' has %s tokens with its two marks; the model reads %s: shorten the class "
                  + "name or the prompt")
              .formatted(abbreviated(text), marked.size(), contextLength));
    }
    return marked;
  }

  private static String abbreviated(String text) {
    return text.length() <= 60 ? text : text.substring(0, 57) + "...";
  }
}
