package org.kgcoop.prompt;

import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.model.Init;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.tensor.Tensor;

/**
 * Settings of the context vectors of a prompt.
 *
 * @param tokens M, the number of vectors
 * @param words the initial words, such as "a photo of a", which initialize the last vectors, one
 *     vector per word; empty for random initial values
 * @param position the position of the class name
 * @param classSpecific true if each class has its own vectors; such a prompt supports no other list
 *     of classes
 */
public record ContextSettings(
    int tokens, String words, ClassTokenPosition position, boolean classSpecific) {
  /** Published standard deviation of random initial values. */
  private static final double DEVIATION = 0.02;

  public ContextSettings {
    words = words.replace('_', ' ').strip();
    checkTokens(tokens);
    if (wordCount(words) > tokens) {
      throw KgCoopException.configuration(
          "context words '%s' are %s, more than the %s context tokens: raise the tokens or shorten the words"
              .formatted(words, wordCount(words), tokens));
    }
  }

  /** Checks a number of context tokens. */
  public static void checkTokens(int tokens) {
    if (tokens < 1) {
      throw KgCoopException.configuration("context tokens: expected at least 1, got " + tokens);
    }
  }

  /** Returns the settings of M shared vectors before the class name. */
  public static ContextSettings shared(int tokens, String words) {
    return new ContextSettings(tokens, words, ClassTokenPosition.END, false);
  }

  /** Returns the number of space-separated words that initialize vectors. */
  int wordCount() {
    return wordCount(words);
  }

  /**
   * Returns the initial vectors: the embeddings of the initial words, or random vectors if there
   * are no words.
   *
   * @param classes the number of classes, which matters only for class-specific vectors
   * @return the vectors, (M, W), or (C, M, W) for class-specific vectors
   */
  public Tensor initial(Clip clip, int classes, long seed) {
    int width = clip.config().textWidth();
    if (words.isEmpty()) {
      long[] shape =
          classSpecific ? new long[] {classes, tokens, width} : new long[] {tokens, width};
      return Init.normal(new PythonRandom(seed), DEVIATION, shape).to(clip.device());
    }
    // The last vectors are initialized with the first tokens of the words, one vector per word. The
    // other vectors start at 0.
    int count = wordCount();
    List<Integer> ids = clip.tokenizer().encode(words).subList(0, count);
    Tensor rows = clip.textEncoder().embed(ids.stream().mapToLong(Integer::longValue).toArray());
    Tensor zeros = Tensor.full(0, tokens - count, width).to(clip.device());
    Tensor shared = count == tokens ? rows : Tensor.concat(List.of(zeros, rows), 0);
    return classSpecific ? shared.expand(classes, tokens, width) : shared;
  }

  private static int wordCount(String words) {
    return words.isEmpty() ? 0 : words.split("\\s+").length;
  }
}
