package org.kgcoop.method.encoder;

import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.method.SharedSettings;
import org.kgcoop.model.Init;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.settings.Setting;
import org.kgcoop.tensor.Tensor;

/**
 * Initialization of context vectors at the beginning of texts. The vectors start as the embeddings
 * of the first tokens of some words. The other tokens of the words stay between the vectors and the
 * class name. Without words, the vectors start at random values.
 *
 * @param count n, the number of vectors
 * @param words the words, such as {@code a photo of a}, with at least n tokens; empty for random
 *     initial values
 */
public record ContextInit(int count, String words) {
  /** Published name of the vectors. */
  static final String CONTEXT = "prompt_learner.ctx";

  /** Published standard deviation of random prompt tokens, in texts and in images. */
  static final double DEVIATION = 0.02;

  /** Largest number of vectors with published initial words. */
  private static final int MAX_WITH_WORDS = 4;

  public ContextInit {
    words = words.replace('_', ' ').strip();
    ContextSettings.checkTokens(count);
  }

  /** Returns the setting of the initial words, for a setting of the number of vectors. */
  static Setting<String> setting(Setting<Integer> count) {
    return SharedSettings.WORDS.withDefault(
        "a photo of a, or empty for more than 4 vectors",
        values -> values.get(count) <= MAX_WITH_WORDS ? "a photo of a" : "");
  }

  /** Returns the texts of classes. */
  PromptText text(Clip clip, List<String> classNames) {
    checkTexts(clip);
    String pattern = words.isEmpty() ? PromptText.pattern(count) : words + " {}.";
    return PromptText.patterned(clip, classNames, pattern, count);
  }

  /**
   * Checks that the text encoder supports learned tokens inside its blocks.
   *
   * @throws KgCoopException if it does not
   */
  static void checkTexts(Clip clip) {
    if (clip.tokenizer().start().isEmpty() || !clip.config().text().form().isCausal()) {
      throw KgCoopException.configuration(
          "vectors inside of the text encoder stand behind the start of texts that are causal, and"
              + " those of this model are not; try kgcoop");
    }
  }

  /** Returns the initial values of the vectors, (n, W). */
  Tensor initial(Clip clip, long seed) {
    if (words.isEmpty()) {
      return Init.normal(Init.random(seed, CONTEXT), DEVIATION, count, clip.config().textWidth());
    }
    List<Integer> tokens = clip.tokenizer().encode(words).subList(0, count);
    return clip.textEncoder().embed(tokens.stream().mapToLong(Integer::longValue).toArray());
  }
}
