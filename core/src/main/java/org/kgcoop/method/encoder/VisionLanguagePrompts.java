package org.kgcoop.method.encoder;

import java.util.ArrayList;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.method.SharedSettings;
import org.kgcoop.settings.Setting;
import org.kgcoop.settings.SettingList;

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
  private static final String FIRST = "image_encoder.VPT";

  public VisionLanguagePrompts {
    words = new ContextInit(contextTokens, words).words();
    if ((imageDepth == 0) != (imageTokens == 0)) {
      throw KgCoopException.configuration(
          "image_depth %s with image_tokens %s: expected both above 0, or both 0 for the text encoder alone"
              .formatted(imageDepth, imageTokens));
    }
  }

  /**
   * Settings of the tokens.
   *
   * @param section the section of the published keys
   * @param tokens the default number of tokens
   * @param depth the default depth
   */
  record Declared(String section, int tokens, int depth) {
    private Setting<Integer> contextTokens() {
      return SharedSettings.CONTEXT_TOKENS
          .withDefault(
              tokens == Ivlp.TEXT_ONLY_TOKENS
                  ? Integer.toString(tokens)
                  : tokens + ", or " + Ivlp.TEXT_ONLY_TOKENS + " where image_depth is 0",
              values -> values.get(imageDepth()) == 0 ? Ivlp.TEXT_ONLY_TOKENS : tokens)
          .publishedAs(key("N_CTX_TEXT"));
    }

    private Setting<String> words() {
      return ContextInit.setting(contextTokens()).publishedAs(key("CTX_INIT"));
    }

    private Setting<Integer> textDepth() {
      return depth("text_depth", 1, "Blocks of the text encoder that have rows")
          .publishedAs(key("PROMPT_DEPTH_TEXT"));
    }

    private Setting<Integer> imageDepth() {
      return depth(
              "image_depth", 0, "Blocks of the image encoder that have rows; 0 leaves it as it is")
          .publishedAs(key("PROMPT_DEPTH_VISION"));
    }

    private String key(String name) {
      return "TRAINER." + section + "." + name;
    }

    private Setting<Integer> depth(String key, int least, String meaning) {
      return Setting.whole(key, depth, meaning).between(least, 1000).in("blocks");
    }

    private Setting<Integer> imageTokens() {
      return Setting.whole("image_tokens", tokens, "Prompt tokens of each image")
          .atLeast(0)
          .in("rows")
          .withDefault(
              tokens + ", or 0 where image_depth is 0",
              values -> values.get(imageDepth()) == 0 ? 0 : tokens)
          .publishedAs(key("N_CTX_VISION"));
    }

    SettingList<VisionLanguagePrompts> settings() {
      return SettingList.of(
          VisionLanguagePrompts.class,
          contextTokens(),
          words(),
          textDepth(),
          imageTokens(),
          imageDepth());
    }
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
    return ContextInit.names(deepNames("text_encoder", textDepth));
  }

  /** Returns the names of the image tokens of each block, starting at block 0. */
  static List<String> imageNames(int depth) {
    List<String> names = new ArrayList<>(deepNames("image_encoder", depth));
    if (depth > 0) {
      names.add(0, FIRST);
    }
    return names;
  }

  /** Returns the names of the tokens of blocks 1 to J - 1 of an encoder. */
  static List<String> deepNames(String encoder, int depth) {
    List<String> names = new ArrayList<>();
    for (int i = 1; i < depth; i++) {
      names.add(encoder + ".transformer.resblocks." + i + ".VPT_shallow");
    }
    return names;
  }
}
