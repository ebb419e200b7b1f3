package org.kgcoop.prompt;

import org.kgcoop.KgCoopException;

/**
 * The learned vectors of a prompt, before any value.
 *
 * @param tokens M, how many there are
 * @param words initial words, such as "a photo of a"; empty for a random start. They initialize the
 *     last vectors, one a word
 * @param position where the class name stands
 * @param classSpecific whether each class has vectors of its own; such a prompt fits no other class
 *     list
 */
public record ContextSettings(
    int tokens, String words, ClassTokenPosition position, boolean classSpecific) {

  public ContextSettings {
    words = words.replace('_', ' ').strip();
    if (tokens < 1) {
      throw KgCoopException.configuration("context tokens: expected at least 1, got " + tokens);
    }
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

  /** M shared vectors before the class name. */
  public static ContextSettings shared(int tokens, String words) {
    return new ContextSettings(tokens, words, ClassTokenPosition.END, false);
  }

  /** The number of space-separated words that initialize vectors. */
  int wordCount() {
    return wordCount(words);
  }

  private static int wordCount(String words) {
    return words.isEmpty() ? 0 : words.split("\\s+").length;
  }
}
