package org.kgcoop.prompt;

import org.kgcoop.KgCoopException;

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

  public ContextSettings {
    words = words.replace('_', ' ').strip();
    checkTokens(tokens);
    if (wordCount(words) > tokens) {
      throw KgCoopException.configuration(
          "context words '"
              + words
              + "' are "
              + wordCount(words)
              + ", more than the "
              + tokens
              + " context tokens: raise the tokens or shorten the words");
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

  private static int wordCount(String words) {
    return words.isEmpty() ? 0 : words.split("\\s+").length;
  }
}
