package org.kgcoop.prompt;

import java.util.List;
import org.kgcoop.clip.Clip;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.tensor.Tensor;

/** Initial values of the context vectors. */
public final class Context {
  /** Published standard deviation of random initial values. */
  private static final double DEVIATION = 0.02;

  private Context() {}

  /**
   * Returns the embeddings of the initial words, or random vectors if there are no words.
   *
   * @param classes the number of classes, which matters only for class-specific vectors
   * @return the vectors, (M, W), or (C, M, W) for class-specific vectors
   */
  public static Tensor initial(Clip clip, ContextSettings settings, int classes, long seed) {
    int m = settings.tokens();
    int width = clip.config().textWidth();
    if (settings.words().isEmpty()) {
      long count = (long) m * width * (settings.classSpecific() ? classes : 1);
      float[] start = new PythonRandom(seed).gaussians(DEVIATION, Math.toIntExact(count));
      Tensor values = Tensor.of(start, count).to(clip.device());
      return settings.classSpecific()
          ? values.reshape(classes, m, width)
          : values.reshape(m, width);
    }
    // The last vectors are initialized with the first tokens of the words, one vector per word. The
    // other vectors start at 0.
    int words = settings.wordCount();
    List<Integer> tokens = clip.tokenizer().encode(settings.words());
    Tensor rows =
        clip.textEncoder()
            .embed(tokens.subList(0, words).stream().mapToLong(Integer::longValue).toArray());
    Tensor shared =
        words == m
            ? rows
            : Tensor.concat(List.of(Tensor.full(0, m - words, width).to(clip.device()), rows), 0);
    return settings.classSpecific() ? shared.expand(classes, m, width) : shared;
  }
}
