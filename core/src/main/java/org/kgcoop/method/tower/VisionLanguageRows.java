package org.kgcoop.method.tower;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.method.Start;
import org.kgcoop.tensor.Tensor;

/**
 * The rows that IVLP and PromptSRC learn, in either tower independently of the other.
 *
 * @param contextTokens n, learned vectors of texts in front of block 0
 * @param words whose first n tokens the vectors start from, the rest stays; empty for random ones
 * @param textDepth J of the text tower, at least 1
 * @param imageTokens rows beside each image; 0 where imageDepth is
 * @param imageDepth J of the image tower; 0 leaves it as it is
 */
public record VisionLanguageRows(
    int contextTokens, String words, int textDepth, int imageTokens, int imageDepth) {
  private static final String FIRST = "image_encoder.VPT";

  public VisionLanguageRows {
    words = new LearnedWords(contextTokens, words).words();
    if (textDepth < 1 || imageDepth < 0 || imageTokens < 0) {
      throw KgCoopException.configuration(
          "text_depth %s, image_depth %s, image_tokens %s: expected at least 1, 0 and 0"
              .formatted(textDepth, imageDepth, imageTokens));
    }
    if ((imageDepth == 0) != (imageTokens == 0)) {
      throw KgCoopException.configuration(
          "image_depth %s with image_tokens %s: expected both above 0, or both 0 for the text tower alone"
              .formatted(imageDepth, imageTokens));
    }
  }

  /** The settings of a method by its name, as {@code MethodCatalogue} reads them. */
  ObjectNode toJson(String method) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("method", method)
        .put("context_tokens", contextTokens)
        .put("words", words)
        .put("text_depth", textDepth)
        .put("image_tokens", imageTokens)
        .put("image_depth", imageDepth);
  }

  /** The kind of prompt, as {@link org.kgcoop.method.Method#prompts} says it. */
  String prompts() {
    return imageDepth == 0 ? "textual" : "textual+visual";
  }

  LearnedWords learnedWords() {
    return new LearnedWords(contextTokens, words);
  }

  /** The names of the vectors in front of each block of the text tower, from block 0 on. */
  List<String> textNames() {
    return LearnedWords.names(RowsLearner.deepNames("text_encoder", textDepth));
  }

  /** Gives a learner the parameters, in the order of the published state. */
  void addTo(RowsLearner learner, Clip clip, long seed) {
    learner.parameter(LearnedWords.CONTEXT, learnedWords().initial(clip, seed));
    addImageRows(learner, clip, seed, imageTokens, imageDepth);
    for (String name : RowsLearner.deepNames("text_encoder", textDepth)) {
      learner.parameter(
          name,
          Start.normal(
              Start.random(seed, name),
              LearnedWords.DEVIATION,
              contextTokens,
              clip.config().textWidth()));
    }
  }

  /** Gives a learner the parameters of the image tower. */
  static void addImageRows(RowsLearner learner, Clip clip, long seed, int tokens, int depth) {
    for (String name : imageNames(depth)) {
      learner.parameter(
          name,
          Start.normal(
              Start.random(seed, name),
              LearnedWords.DEVIATION,
              tokens,
              clip.config().vision().width()));
    }
  }

  private static List<String> imageNames(int depth) {
    List<String> names = new ArrayList<>(RowsLearner.deepNames("image_encoder", depth));
    if (depth > 0) {
      names.add(0, FIRST);
    }
    return names;
  }

  /** The rows of images as they are learned. */
  static List<Tensor> imageRows(RowsLearner learner, int depth) {
    return imageNames(depth).stream().map(learner::parameter).toList();
  }

  /** All rows as they are learned. */
  TowerLearner.Given given(RowsLearner learner) {
    return new TowerLearner.Given(
        textNames().stream().map(learner::parameter).toList(), imageRows(learner, imageDepth));
  }
}
