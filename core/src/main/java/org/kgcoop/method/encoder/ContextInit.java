package org.kgcoop.method.encoder;

import java.util.ArrayList;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.method.Init;
import org.kgcoop.method.SharedSettings;
import org.kgcoop.method.setting.Setting;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.tensor.Tensor;

/**
 * The learned vectors at the beginning of texts. Their start is the embeddings of the first tokens
 * of some words, of which the other tokens stay as they are between the vectors and the class name;
 * without words it is random.
 *
 * @param count n, how many vectors there are
 * @param words such as {@code a photo of a}, of at least n tokens; empty for a random start
 */
public record ContextInit(int count, String words) {
  /** The published name of the vectors. */
  static final String CONTEXT = "prompt_learner.ctx";

  /** The published standard deviation of random rows, in texts and in images. */
  static final double DEVIATION = 0.02;

  /** The published number up to which there are words to begin with. */
  private static final int MOST_WITH_WORDS = 4;

  public ContextInit {
    words = words.replace('_', ' ').strip();
    if (count < 1) {
      throw KgCoopException.configuration("context tokens: expected at least 1, got " + count);
    }
  }

  /** The setting of the words that so many vectors begin with. */
  static Setting<String> setting(Setting<Integer> count) {
    return SharedSettings.WORDS.usually(
        "a photo of a, or empty for more than 4 vectors",
        values -> values.get(count) <= MOST_WITH_WORDS ? "a photo of a" : "");
  }

  /** The names of the vectors in front of each block: these, and those of deeper blocks. */
  static List<String> names(List<String> deeper) {
    List<String> names = new ArrayList<>(deeper);
    names.add(0, CONTEXT);
    return names;
  }

  /** The texts of classes. */
  PromptText text(Clip clip, List<String> classNames) {
    checkTexts(clip);
    String pattern = words.isEmpty() ? PromptText.pattern(count) : words + " {}.";
    return PromptText.patterned(clip, classNames, pattern, count);
  }

  /** Refuses a CLIP whose texts have no place for vectors inside of the encoder. */
  static void checkTexts(Clip clip) {
    if (clip.tokenizer().start().isEmpty() || !clip.config().form().causal()) {
      throw KgCoopException.configuration(
          "vectors inside of the text encoder stand behind the start of texts that are causal, and"
              + " those of this model are not; try kgcoop");
    }
  }

  /** The start of the vectors: (n, W). */
  Tensor initial(Clip clip, long seed) {
    if (words.isEmpty()) {
      return Init.normal(Init.random(seed, CONTEXT), DEVIATION, count, clip.config().textWidth());
    }
    List<Integer> tokens = clip.tokenizer().encode(words).subList(0, count);
    return clip.textEncoder().embed(tokens.stream().mapToLong(Integer::longValue).toArray());
  }
}
