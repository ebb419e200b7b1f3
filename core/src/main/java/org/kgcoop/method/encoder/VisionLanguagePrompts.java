package org.kgcoop.method.encoder;

import java.util.ArrayList;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.method.SharedSettings;
import org.kgcoop.method.setting.Range;
import org.kgcoop.method.setting.Setting;
import org.kgcoop.method.setting.Setting.Stated;
import org.kgcoop.method.setting.Setting.Values;

/**
 * The rows that IVLP and PromptSRC learn, in either encoder independently of the other.
 *
 * @param contextTokens n, learned vectors of texts in front of block 0
 * @param words whose first n tokens the vectors start from, the rest stays; empty for random ones
 * @param textDepth J of the text encoder, at least 1
 * @param imageTokens rows beside each image; 0 where imageDepth is
 * @param imageDepth J of the image encoder; 0 leaves it as it is
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
   * The settings of rows.
   *
   * @param section of the published keys
   * @param tokens usual numbers of rows
   * @param depth usual depths
   */
  record Declared(String section, int tokens, int depth) {
    private Setting<Integer> contextTokens() {
      return SharedSettings.CONTEXT_TOKENS
          .usually(
              tokens + ", or " + Ivlp.TEXT_ONLY_TOKENS + " where image_depth is 0",
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
      return Setting.whole(key, depth, Range.from(least, 1000), meaning).in("blocks");
    }

    private Setting<Integer> imageTokens() {
      return Setting.whole("image_tokens", tokens, Range.atLeast(0), "Learned rows of each image")
          .in("rows")
          .usually(
              tokens + ", or 0 where image_depth is 0",
              values -> values.get(imageDepth()) == 0 ? 0 : tokens)
          .publishedAs(key("N_CTX_VISION"));
    }

    List<Stated<VisionLanguagePrompts>> settings() {
      return List.of(
          contextTokens().from(VisionLanguagePrompts::contextTokens),
          words().from(VisionLanguagePrompts::words),
          textDepth().from(VisionLanguagePrompts::textDepth),
          imageTokens().from(VisionLanguagePrompts::imageTokens),
          imageDepth().from(VisionLanguagePrompts::imageDepth));
    }

    VisionLanguagePrompts of(Values values) {
      return new VisionLanguagePrompts(
          values.get(contextTokens()),
          values.get(words()),
          values.get(textDepth()),
          values.get(imageTokens()),
          values.get(imageDepth()));
    }
  }

  /** The kind of prompt, as {@link org.kgcoop.method.Method#prompts} says it. */
  String prompts() {
    return imageDepth == 0 ? "textual" : "textual+visual";
  }

  ContextInit learnedWords() {
    return new ContextInit(contextTokens, words);
  }

  /** The names of the vectors in front of each block of the text encoder, from block 0 on. */
  List<String> textNames() {
    return ContextInit.names(deepNames("text_encoder", textDepth));
  }

  /** The names of the rows of each image, from block 0 on. */
  static List<String> imageNames(int depth) {
    List<String> names = new ArrayList<>(deepNames("image_encoder", depth));
    if (depth > 0) {
      names.add(0, FIRST);
    }
    return names;
  }

  /** The names of the rows in front of blocks 1 to J - 1 of an encoder. */
  static List<String> deepNames(String encoder, int depth) {
    List<String> names = new ArrayList<>();
    for (int i = 1; i < depth; i++) {
      names.add(encoder + ".transformer.resblocks." + i + ".VPT_shallow");
    }
    return names;
  }
}
