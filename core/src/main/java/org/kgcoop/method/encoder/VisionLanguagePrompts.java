package org.kgcoop.method.encoder;

import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.method.SharedSettings;
import org.kgcoop.settings.Setting;
import org.kgcoop.settings.SettingList;
import org.kgcoop.tensor.Scope;

/**
 * Learned tokens of IVLP and PromptSRC, which are independent for the two encoders.
 *
 * @param contextTokens n, the number of learned vectors of texts before block 0
 * @param words the words that the vectors start with: the first n tokens are learned, and the other
 *     tokens stay; empty for random initial values
 * @param textDepth J of the text encoder, at least 1
 * @param imageTokens the number of tokens that are appended to each image; 0 if imageDepth is 0
 * @param imageDepth J of the image encoder; 0 leaves it unchanged
 */
public record VisionLanguagePrompts(
    int contextTokens, String words, int textDepth, int imageTokens, int imageDepth) {
  public VisionLanguagePrompts {
    words = new ContextInit(contextTokens, words).words();
    if ((imageDepth == 0) != (imageTokens == 0)) {
      throw KgCoopException.configuration(
          "image_depth %s with image_tokens %s: expected both above 0, or both 0 for the text encoder alone"
              .formatted(imageDepth, imageTokens));
    }
  }

  /**
   * Returns the settings of the tokens.
   *
   * @param section the section of the published keys
   * @param tokens the default number of tokens
   * @param depth the default depth
   */
  static SettingList<VisionLanguagePrompts> settings(String section, int tokens, int depth) {
    String published = "TRAINER." + section + ".";
    Setting<Integer> imageDepth =
        Setting.whole(
                "image_depth",
                depth,
                "Blocks of the image encoder that have prompt tokens; 0 leaves it as it is")
            .between(0, 1000)
            .in("blocks")
            .publishedAs(published + "PROMPT_DEPTH_VISION");
    Setting<Integer> contextTokens =
        SharedSettings.CONTEXT_TOKENS
            .withDefault(
                tokens == Ivlp.TEXT_ONLY_TOKENS
                    ? Integer.toString(tokens)
                    : tokens + ", or " + Ivlp.TEXT_ONLY_TOKENS + " where image_depth is 0",
                values -> values.get(imageDepth) == 0 ? Ivlp.TEXT_ONLY_TOKENS : tokens)
            .publishedAs(published + "N_CTX_TEXT");
    return SettingList.of(
        VisionLanguagePrompts.class,
        contextTokens,
        ContextInit.setting(contextTokens).publishedAs(published + "CTX_INIT"),
        Setting.whole("text_depth", depth, "Blocks of the text encoder that have prompt tokens")
            .between(1, 1000)
            .in("blocks")
            .publishedAs(published + "PROMPT_DEPTH_TEXT"),
        Setting.whole("image_tokens", tokens, "Prompt tokens of each image")
            .between(0, 1000)
            .in("tokens")
            .withDefault(
                tokens + ", or 0 where image_depth is 0",
                values -> values.get(imageDepth) == 0 ? 0 : tokens)
            .publishedAs(published + "N_CTX_VISION"),
        imageDepth);
  }

  /** Returns the kind of prompt, in the terms of {@link org.kgcoop.method.Method#prompts}. */
  String prompts() {
    return imageDepth == 0 ? "textual" : "textual+visual";
  }

  ContextInit learnedWords() {
    return new ContextInit(contextTokens, words);
  }

  /** Returns the names of the tokens of each block of the text encoder, starting at block 0. */
  List<String> textNames() {
    return PromptTokenModel.names(ContextInit.CONTEXT, "text_encoder", textDepth);
  }

  /** Model with these tokens in both encoders. */
  static class Model extends PromptTokenModel {
    private final VisionLanguagePrompts rows;

    /** Adds the parameters in the order of the published state. */
    Model(
        VisionLanguagePrompts rows, Clip clip, List<String> classNames, long seed, String method) {
      super(
          clip,
          rows.learnedWords().text(clip, classNames),
          rows.textDepth,
          rows.imageDepth,
          method);
      this.rows = rows;
      try (Scope scope = Scope.open("start")) {
        parameter(ContextInit.CONTEXT, rows.learnedWords().initial(clip, seed));
        addImageRows(clip, seed, rows.imageTokens, rows.imageDepth);
        for (String name : rows.textNames().subList(1, rows.textDepth)) {
          normal(name, seed, ContextInit.DEVIATION, rows.contextTokens, clip.config().textWidth());
        }
      }
    }

    @Override
    EncoderInputs encoderInputs() {
      return new EncoderInputs(
          rows.textNames().stream().map(this::parameter).toList(), imageRows(rows.imageDepth));
    }
  }
}
