package org.kgcoop.clip;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.image.view.Interpolation;
import org.kgcoop.image.view.Preprocessing;

/**
 * The encoding of a {@link ClipConfig} and its preprocessing in an {@code open_clip_config.json}.
 * Unknown keys are rejected unless they are off, because OpenCLIP ignores no key.
 */
public final class OpenClipConfig {
  static final String FILE = "open_clip_config.json";

  /**
   * Keys that the shapes already determine, and keys that affect only training or other encoders.
   */
  private static final Set<String> TEXT =
      words(
          """
          context_length vocab_size width heads layers mlp_ratio no_causal_mask norm_kwargs
          pool_type proj_type eos_id pad_id final_ln_after_pool output_tokens tokenizer_kwargs
          hf_tokenizer_name hf_model_pretrained hf_proj_type hf_pooler_type proj pooler_type
          """);

  private static final Set<String> VISION =
      words(
          """
          layers width head_width mlp_ratio patch_size image_size patch_dropout norm_kwargs
          pool_type pos_embed_type final_ln_after_pool output_tokens attn_pooler_queries
          attn_pooler_heads timm_model_name timm_model_pretrained timm_pool timm_proj
          timm_proj_bias timm_drop timm_drop_path
          """);

  /** Colors fill only the borders of a resize mode that is rejected. */
  private static final Set<String> IMAGES =
      words("size mode mean std interpolation resize_mode fill_color");

  private final ConfigSection file;
  private final ConfigSection model;
  private final Set<String> tensors;
  private final List<String> assumed = new ArrayList<>();

  /** Returns the words of a text. */
  public static Set<String> words(String text) {
    return Set.of(text.strip().split("\\s+", -1));
  }

  /**
   * Wraps the file, or an empty object if it is missing.
   *
   * @param tensors the names of the model's tensors in their file
   */
  OpenClipConfig(ConfigSection file, Set<String> tensors) {
    this.file = file;
    this.tensors = tensors;
    // The settings of the model are under model_cfg, or at the top.
    model = file.json().has("model_cfg") ? file.at("model_cfg") : file;
  }

  /** Returns the names of the model's tensors in their file. */
  public Set<String> tensors() {
    return tensors;
  }

  /** Adds a line for the user about settings that the file does not have. */
  public void assume(String line) {
    assumed.add(line);
  }

  /** Returns these lines. */
  List<String> assumed() {
    return assumed;
  }

  /** Returns true if the file exists. */
  public boolean isThere() {
    return model.isThere();
  }

  /** Rejects models with more than two encoders. */
  void check() {
    model.off("multimodal_cfg");
    model.off("audio_cfg");
    text().only("proj_type", "linear");
  }

  /** Returns the settings of the model. */
  public ConfigSection model() {
    return model;
  }

  /** Returns the settings of the text encoder. */
  public ConfigSection text() {
    return model.at("text_cfg");
  }

  /** Returns the settings of the image encoder. */
  public ConfigSection vision() {
    return model.at("vision_cfg");
  }

  /** Rejects unknown keys of the text encoder, except these. */
  public void checkTextKeys(String... more) {
    text().allOffBut(TEXT, more);
  }

  /** Rejects unknown keys of the image encoder, except these. */
  public void checkVisionKeys(String... more) {
    vision().allOffBut(VISION, more);
  }

  /** Rejects another cleaning of texts. */
  public void checkCleaning(String expected) {
    ConfigSection tokenizer = text().at("tokenizer_kwargs");
    tokenizer.allOffBut(Set.of("clean"));
    tokenizer.only("clean", expected);
  }

  /** Returns the configured cleaning of texts, or null for the tokenizer's default. */
  public @Nullable TextCleaning cleaning() {
    ConfigSection tokenizer = text().at("tokenizer_kwargs");
    return switch (tokenizer.only("clean", "whitespace", "lower", "canonicalize")) {
      case "canonicalize" -> TextCleaning.CANONICAL;
      case "lower" -> TextCleaning.LOWER;
      default -> null;
    };
  }

  /** Returns the epsilon of the norms of an encoder. */
  public static double epsilon(ConfigSection encoder) {
    ConfigSection norm = encoder.at("norm_kwargs");
    norm.allOffBut(Set.of("eps"));
    return norm.positive("eps", ClipConfig.RELEASED.text().epsilon());
  }

  /** Returns true if the file has the preprocessing of images. */
  boolean hasPreprocessing() {
    return !file.isMissing("preprocess_cfg");
  }

  /** Returns a line for each value of the preprocessing that the file does not have. */
  List<String> assumedImages(String family) {
    ConfigSection images = file.at("preprocess_cfg");
    return Stream.of("mean", "std")
        .filter(images::isMissing)
        .map(key -> "%s's %s (no preprocess_cfg.%s in %s)".formatted(family, key, key, FILE))
        .toList();
  }

  /**
   * Reads the preprocessing of images.
   *
   * @param defaults the values of missing keys, for color images
   */
  Preprocessing preprocessing(ClipConfig config, Preprocessing defaults) {
    ConfigSection images = file.at("preprocess_cfg");
    images.allOffBut(IMAGES);
    images.only("mode", "RGB");
    int size = config.imageResolution();
    if (!images.isOff("size")) {
      images.checkSquare("size", size);
    }
    boolean squashed =
        images.isMissing("resize_mode")
            ? defaults.isSquashed()
            : images.only("resize_mode", "shortest", "squash").equals("squash");
    // "random" means bilinear or bicubic in training, and bicubic otherwise.
    Interpolation interpolation =
        images.isMissing("interpolation")
            ? defaults.interpolation()
            : images.only("interpolation", "bicubic", "bilinear", "random").equals("bilinear")
                ? Interpolation.BILINEAR
                : Interpolation.BICUBIC;
    return new Preprocessing(
        size,
        config.channels(),
        images.perChannel("mean", defaults.mean(), config.channels()),
        images.perChannel("std", defaults.std(), config.channels()),
        interpolation,
        squashed ? 0 : size);
  }
}
