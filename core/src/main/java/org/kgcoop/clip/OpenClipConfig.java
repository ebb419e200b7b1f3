package org.kgcoop.clip;

import java.util.HashSet;
import java.util.List;
import java.util.Scanner;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kgcoop.image.view.Interpolation;
import org.kgcoop.image.view.Preprocessing;

/**
 * The settings of an {@code open_clip_config.json}. Unknown keys are rejected unless they are off,
 * because OpenCLIP ignores no key.
 */
final class OpenClipConfig {
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
          attn_pooler_heads timm_model_pretrained timm_pool timm_proj timm_proj_bias timm_drop
          timm_drop_path
          """);

  private static final List<String> FIRST_END_OF_TEXT = List.of("argmax", "eos");
  private static final List<String> RESIZE_MODES = List.of("shortest", "squash");
  private static final List<String> SQUASH = List.of("squash");
  private static final List<String> FILTERS = List.of("bicubic", "bilinear", "random");

  /** The names of timm's encoders for CLIP. */
  private static final Pattern TIMM_CLIP = Pattern.compile("vit_[a-z]+_patch\\d+_clip_.+");

  /** The names of timm's encoders with the approximate GELU. */
  private static final Pattern APPROXIMATE =
      Pattern.compile(
          "patch32_siglip_256|large_patch16_siglip_512|so400m_patch16_siglip|giantopt_patch16_siglip");

  private final ConfigSection file;
  private final ConfigSection model;

  private static Set<String> words(String text) {
    return new Scanner(text).tokens().collect(Collectors.toSet());
  }

  /** Wraps the file, or an empty object if it is missing. */
  OpenClipConfig(ConfigSection file) {
    this.file = file;
    // The settings of the model are under model_cfg, or at the top.
    model = file.json().has("model_cfg") ? file.at("model_cfg") : file;
  }

  boolean isThere() {
    return model.json().isObject();
  }

  ClipConfig.Stated stated(Family family) {
    ConfigSection text = model.at("text_cfg");
    ConfigSection vision = model.at("vision_cfg");
    model.off("multimodal_cfg");
    model.off("audio_cfg");
    text.only("proj_type", "linear");
    return switch (family) {
      case CLIP -> clip(text, vision);
      case SIGLIP -> siglip(text, vision);
    };
  }

  private ClipConfig.Stated clip(ConfigSection text, ConfigSection vision) {
    String encoder = vision.json().path("timm_model_name").asText("");
    if (!vision.isOff("timm_model_name") && !TIMM_CLIP.matcher(encoder).matches()) {
      throw vision.refused("timm_model_name", "none, or a vit_..._clip_...");
    }
    vision.allOffBut(union(VISION, Set.of("timm_model_name")));
    if (!vision.isOff("timm_model_name")) {
      vision.only("timm_pool", "token");
    }
    vision.only("pool_type", "tok");
    // The weights contain either kind of positions.
    vision.only("pos_embed_type", "learnable", "sin_cos_2d");
    text.allOffBut(TEXT);
    checkEndOfText(text);
    checkTokens(text);
    int headWidth = vision.json().path("head_width").asInt(0);
    // A list of layers means a ResNet, whose attention is 32 times as wide as its stem.
    int pooled = vision.json().path("layers").isArray() ? 32 : 1;
    Activation activation =
        model.json().path("quick_gelu").asBoolean(false) ? Activation.QUICK_GELU : Activation.GELU;
    Activation ofImages =
        vision.isOff("timm_model_name")
            ? activation
            : encoder.contains("_quickgelu") ? Activation.QUICK_GELU : Activation.GELU;
    return new ClipConfig.Stated(
        activation,
        text.json().path("heads").asInt(0),
        headWidth > 0 && vision.json().path("width").isInt()
            ? pooled * vision.json().path("width").asInt() / headWidth
            : 0,
        vision.square("image_size"),
        new ClipConfig.Form(
            epsilon(text),
            epsilon(vision),
            text.isOff("no_causal_mask"),
            ofImages == activation ? null : ofImages));
  }

  /**
   * Reads the settings of SigLIP, whose image encoder is timm's. Only its name determines the heads
   * and the activation. The activations are those that OpenCLIP uses: the exact GELU in most
   * models, although they were trained with the approximation.
   */
  private static ClipConfig.Stated siglip(ConfigSection text, ConfigSection vision) {
    vision.allOffBut(union(VISION, Set.of("timm_model_name")));
    vision.only("timm_pool", "map");
    vision.only("timm_proj", "none");
    String encoder = vision.json().path("timm_model_name").asText();
    if (!encoder.startsWith("vit_") || !encoder.contains("_siglip")) {
      throw vision.refused("timm_model_name", "a vit_..._siglip_...");
    }
    text.allOffBut(union(TEXT, Set.of("proj_bias", "act_kwargs")));
    if (text.isOff("no_causal_mask")) {
      throw text.refused("no_causal_mask", "true");
    }
    if (!text.json().path("pool_type").asText().equals("last")) {
      throw text.refused("pool_type", "last");
    }
    ConfigSection gelu = text.at("act_kwargs");
    gelu.allOffBut(Set.of("approximate"));
    Activation activation =
        gelu.oneOf("approximate", List.of("none", "tanh")).equals("tanh")
            ? Activation.GELU_PYTORCH_TANH
            : Activation.GELU;
    Activation ofImages =
        APPROXIMATE.matcher(encoder).find() ? Activation.GELU_PYTORCH_TANH : Activation.GELU;
    double epsilon = ClipConfig.Stated.assumed(Family.SIGLIP).form().visionEpsilon(); // timm's
    return new ClipConfig.Stated(
        activation,
        text.json().path("heads").asInt(0),
        encoder.contains("_base_") ? 12 : 16,
        vision.square("image_size"),
        new ClipConfig.Form(
            epsilon(text), epsilon, false, ofImages == activation ? null : ofImages));
  }

  private static Set<String> union(Set<String> some, Set<String> others) {
    Set<String> all = new HashSet<>(some);
    all.addAll(others);
    return all;
  }

  /** Returns the configured cleaning of texts, or null for the tokenizer's default. */
  @Nullable TextCleaning cleaning() {
    if (!isThere()) {
      return null;
    }
    ConfigSection tokenizer = model.at("text_cfg").at("tokenizer_kwargs");
    return switch (tokenizer.json().path("clean").asText("")) {
      case "canonicalize" -> TextCleaning.CANONICAL;
      case "lower" -> TextCleaning.LOWER;
      default -> null;
    };
  }

  /**
   * Rejects a SentencePiece tokenizer if its end token is not the position that a CLIP reads.
   *
   * @param end the id of its end token
   */
  void checkEndOfText(int end) {
    ConfigSection text = model.at("text_cfg");
    if (isThere() && !text.json().path("pool_type").asText().equals("eos")) {
      throw text.refused("pool_type", "eos with a tokenizer of this kind");
    }
    if (text.json().path("eos_id").asInt(end) != end) {
      throw text.refused("eos_id", end + ", the tokenizer's");
    }
  }

  /** Checks that the feature is read at the first end of text, whose id is the maximum. */
  private static void checkEndOfText(ConfigSection text) {
    String pooling = text.oneOf("pool_type", FIRST_END_OF_TEXT);
    if (!text.isOff("hf_tokenizer_name")) {
      return; // compared with the tokenizer, once it is loaded
    }
    int last = text.json().path("vocab_size").asInt(49408) - 1;
    if (pooling.equals("eos") && text.json().path("eos_id").asInt(last) != last) {
      throw text.refused("eos_id", Integer.toString(last));
    }
  }

  private static void checkTokens(ConfigSection text) {
    ConfigSection tokenizer = text.at("tokenizer_kwargs");
    tokenizer.allOffBut(Set.of("clean"));
    tokenizer.only("clean", "lower");
    if (!text.isOff("no_causal_mask") && !text.isOff("hf_tokenizer_name")) {
      // Such tokenizers have other kinds of padding, which only causal texts ignore.
      throw text.refused("hf_tokenizer_name", "none with no_causal_mask");
    }
  }

  private static double epsilon(ConfigSection encoder) {
    ConfigSection norm = encoder.at("norm_kwargs");
    norm.allOffBut(Set.of("eps"));
    return norm.positive("eps", ClipConfig.Form.RELEASED.textEpsilon());
  }

  /** Returns true if the file has the preprocessing of images. */
  boolean hasPreprocessing() {
    return file.json().path("preprocess_cfg").isObject();
  }

  Preprocessing preprocessing(ClipConfig config) {
    ConfigSection images = file.at("preprocess_cfg");
    images.only("mode", "RGB");
    List<String> modes =
        images.isOff("resize_mode") && config.family().squashes() ? SQUASH : RESIZE_MODES;
    boolean squashed = images.oneOf("resize_mode", modes).equals("squash");
    // "random" means bilinear or bicubic in training, and bicubic otherwise.
    boolean bilinear = images.oneOf("interpolation", FILTERS).equals("bilinear");
    int size = config.imageResolution();
    return new Preprocessing(
        size,
        config.channels(),
        images.perChannel("mean", config.family().mean(), config.channels()),
        images.perChannel("std", config.family().std(), config.channels()),
        bilinear ? Interpolation.BILINEAR : Interpolation.BICUBIC,
        squashed ? 0 : size);
  }
}
