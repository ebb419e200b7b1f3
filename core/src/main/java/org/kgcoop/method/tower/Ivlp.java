package org.kgcoop.method.tower;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.kgcoop.clip.Clip;
import org.kgcoop.prompt.Learner;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * IVLP, independent vision-language prompting: learned rows in both towers, or in that of the texts
 * alone, with nothing between the two. Khattak et al., "MaPLe: Multi-modal Prompt Learning", CVPR
 * 2023; code: muzairkhattak/multimodal-prompt-learning, {@code trainers/independentVL.py}.
 *
 * <pre>{@code
 * f = unit feature of the image, with learned rows in front of the first J_v blocks
 * t_c = unit feature of "WORDS name.", the first n tokens learned, and again J_t - 1 blocks on
 * loss = cross entropy of exp(logit_scale) f . t
 * }</pre>
 *
 * <p>Differences to the published code: it computes in float16 and rounds the deeper rows to that;
 * here all of it is float32. Its schedule takes the rate 0.0035 for 2 + 2 tokens; that of 4 + 4 is
 * 0.0025 for 20 epochs, that of the text tower alone 0.0025 for 5.
 *
 * @param contextTokens n, learned vectors of texts; published 2
 * @param words whose first n tokens the vectors start from, the rest stays; empty for random ones
 * @param textDepth J_t, at least 1; published 12
 * @param imageTokens learned rows of images; published 2
 * @param imageDepth J_v; published 12, 0 for the text tower alone
 */
public record Ivlp(int contextTokens, String words, int textDepth, int imageTokens, int imageDepth)
    implements TowerMethod {
  public static final String ID = "ivlp";
  public static final int DEFAULT_TOKENS = 2;
  public static final int DEFAULT_DEPTH = 12;

  public Ivlp {
    words = new LearnedWords(contextTokens, words).words();
    VisionLanguageRows unused = // refuses the wrong
        new VisionLanguageRows(
            new LearnedWords(contextTokens, words), textDepth, imageTokens, imageDepth);
  }

  /** The published words for that many vectors. */
  public static String defaultWords(int tokens) {
    return LearnedWords.published(tokens);
  }

  private VisionLanguageRows rows() {
    return new VisionLanguageRows(
        new LearnedWords(contextTokens, words), textDepth, imageTokens, imageDepth);
  }

  @Override
  public String id() {
    return ID;
  }

  @Override
  public String title() {
    return "IVLP";
  }

  @Override
  public String prompts() {
    return imageDepth == 0 ? "textual" : "textual+visual";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(5, 4).with("lr", imageDepth == 0 ? 0.0025 : 0.0035);
  }

  @Override
  public Learner learner(Clip clip, List<String> classNames, long seed) {
    return new Prompts(clip, classNames, seed);
  }

  @Override
  public ObjectNode toJson() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("method", ID)
        .put("context_tokens", contextTokens)
        .put("words", words)
        .put("text_depth", textDepth)
        .put("image_tokens", imageTokens)
        .put("image_depth", imageDepth);
  }

  private final class Prompts extends RowsLearner {
    Prompts(Clip clip, List<String> classNames, long seed) {
      super(
          clip,
          rows().words().text(clip, classNames),
          textDepth,
          imageDepth,
          title(),
          List.of(new Loss("loss", 1)),
          List.of());
      try (Scope scope = Scope.open("start")) {
        rows().addTo(this, clip, seed);
      }
    }

    @Override
    Given given() {
      return rows().given(this);
    }

    @Override
    List<Tensor> imageLosses(Image image, List<Tensor> given, Tensor classFeatures) {
      return List.of(crossEntropy(image, features(image, given), classFeatures));
    }
  }
}
