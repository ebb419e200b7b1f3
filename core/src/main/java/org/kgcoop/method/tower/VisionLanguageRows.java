package org.kgcoop.method.tower;

import java.util.ArrayList;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.method.Start;
import org.kgcoop.tensor.Tensor;

/**
 * The rows that IVLP and PromptSRC learn, in either tower independently of the other.
 *
 * @param words the text's vectors in front of block 0
 * @param textDepth J of the text tower, at least 1
 * @param imageTokens rows beside each image; 0 where imageDepth is
 * @param imageDepth J of the image tower; 0 leaves it as it is
 */
record VisionLanguageRows(LearnedWords words, int textDepth, int imageTokens, int imageDepth) {
  private static final String FIRST = "image_encoder.VPT";

  VisionLanguageRows {
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

  /** Gives a learner the parameters, in the order of the published state. */
  void addTo(RowsLearner learner, Clip clip, long seed) {
    learner.parameter(LearnedWords.CONTEXT, words.initial(clip, seed));
    addImageRows(learner, clip, seed, imageTokens, imageDepth);
    for (String name : RowsLearner.deepNames("text_encoder", textDepth)) {
      learner.parameter(
          name,
          Start.normal(
              Start.random(seed, name),
              LearnedWords.DEVIATION,
              words.count(),
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
    List<Tensor> ofTexts = new ArrayList<>(List.of(learner.parameter(LearnedWords.CONTEXT)));
    RowsLearner.deepNames("text_encoder", textDepth).stream()
        .map(learner::parameter)
        .forEach(ofTexts::add);
    return new TowerLearner.Given(ofTexts, imageRows(learner, imageDepth));
  }
}
