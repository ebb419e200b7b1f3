package org.kgcoop.clip.biomed;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.ConfigSection;
import org.kgcoop.clip.OpenClipConfig;

/**
 * The settings of BiomedCLIP's {@code open_clip_config.json}. Some settings of BERT are in no file
 * of such a model, because OpenCLIP downloads them. Unless {@code hf_model_config} has them, those
 * of BERT's base model are assumed.
 */
final class BiomedSettings {
  /** timm's plain ViTs. Only the name determines the number of heads. */
  private static final Pattern VIT =
      Pattern.compile("vit_(tiny|small|base|large|huge)_patch\\d+_\\d+(_in21k)?(\\..+)?");

  private static final Map<String, Integer> HEADS =
      Map.of("tiny", 3, "small", 6, "base", 12, "large", 16, "huge", 16);

  /** OpenCLIP's default of context_length. */
  private static final int DEFAULT_LENGTH = 77;

  /** Keys of BERT's configuration that shapes determine, or that affect only training. */
  private static final Set<String> HARMLESS =
      OpenClipConfig.words(
          """
          hidden_size num_hidden_layers intermediate_size vocab_size max_position_embeddings
          type_vocab_size hidden_dropout_prob attention_probs_dropout_prob classifier_dropout
          initializer_range use_cache gradient_checkpointing num_attention_heads layer_norm_eps
          hidden_act position_embedding_type model_type
          """);

  private BiomedSettings() {}

  /**
   * Returns the settings, and tells the file which are assumed.
   *
   * @param form the form of all models, whose epsilon of BERT the file may change
   * @throws KgCoopException if a setting is not implemented
   */
  static ClipConfig.FileConfig read(OpenClipConfig file, ClipConfig.Form form) {
    ConfigSection text = file.text();
    ConfigSection bert = text.at("hf_model_config");
    checkText(file, text, bert);
    int visionHeads = visionHeads(file);
    int textHeads = bert.whole("num_attention_heads", 0);
    String assumed =
        Stream.of(
                textHeads == 0 ? "heads of 64" : "",
                bert.isOff("layer_norm_eps") ? "epsilon 1e-12" : "",
                bert.isOff("hidden_act") ? "exact GELU" : "",
                "padding with id 0")
            .filter(line -> !line.isEmpty())
            .collect(Collectors.joining(", "));
    file.assume(
        assumed
            + " in BERT; epsilon 1e-6 and exact GELU in the ViT (not in open_clip_config.json)");
    return new ClipConfig.FileConfig(
        Activation.GELU,
        textHeads,
        visionHeads,
        file.vision().square("image_size"),
        text.whole("context_length", DEFAULT_LENGTH),
        form.with(bert.positive("layer_norm_eps", form.textEpsilon()), form.visionEpsilon(), null));
  }

  /** Creates the error for a text encoder other than BERT. */
  static KgCoopException otherEncoder(String source, String model, String why) {
    return KgCoopException.weights(
        "%s: the text encoder is %s (%s); kgcoop reads BERT's with WordPiece"
            .formatted(source, model.isEmpty() ? "another one" : model, why));
  }

  private static void checkText(OpenClipConfig file, ConfigSection text, ConfigSection bert) {
    file.checkTextKeys("hf_model_name", "hf_model_config");
    for (String key : List.of("hf_model_name", "hf_tokenizer_name")) {
      String model = text.text(key, "");
      if (model.toLowerCase(Locale.ROOT).contains("roberta")) {
        throw otherEncoder(text.name() + key, model, "RoBERTa");
      }
    }
    checkPooling(file, text);
    checkProjection(file, text);
    bert.allOffBut(HARMLESS);
    bert.only("model_type", "bert");
    bert.only("hidden_act", "gelu");
    bert.only("position_embedding_type", "absolute");
    file.checkCleaning("whitespace");
  }

  /** Returns a setting under its name or its old name, or the default if there is neither. */
  private static String either(ConfigSection text, String key, String oldKey, String missing) {
    String used = text.json().has(key) ? key : oldKey;
    return text.json().has(used) ? text.text(used, "") : missing;
  }

  /** Checks that the feature is that of [CLS]. Without a key, OpenCLIP averages the tokens. */
  private static void checkPooling(OpenClipConfig file, ConfigSection text) {
    String pooler = either(text, "hf_pooler_type", "pooler_type", "mean_pooler");
    boolean hasOwn = file.tensors().contains("text.transformer.pooler.dense.weight");
    boolean own = pooler.isEmpty() || pooler.equals("cls_pooler"); // BERT's, and the default of it
    if (!pooler.equals("cls_last_hidden_state_pooler") && (!own || hasOwn)) {
      throw KgCoopException.weights(
          "%shf_pooler_type '%s' is not supported; kgcoop takes [CLS] of the last layer (cls_last_hidden_state_pooler)"
              .formatted(text.name(), pooler.isEmpty() ? "cls_pooler" : pooler));
    }
  }

  private static void checkProjection(OpenClipConfig file, ConfigSection text) {
    String found =
        file.tensors().contains("text.proj.0.weight")
            ? "mlp"
            : file.tensors().contains("text.proj.weight") ? "linear" : "";
    String configured = either(text, "hf_proj_type", "proj", found);
    if (!configured.equals(found)) {
      throw KgCoopException.weights(
          "%shf_proj_type '%s' is not supported; expected %s, as the tensors below text.proj"
              .formatted(text.name(), configured, found.isEmpty() ? "null" : found));
    }
  }

  private static int visionHeads(OpenClipConfig file) {
    ConfigSection vision = file.vision();
    file.checkVisionKeys("timm_model_kwargs");
    vision.only("timm_pool", "", "token");
    vision.only("timm_proj", "linear");
    ConfigSection timm = vision.at("timm_model_kwargs");
    timm.allOffBut(Set.of("num_heads"));
    Matcher name = VIT.matcher(vision.text("timm_model_name", ""));
    if (!name.matches()) {
      throw vision.refused("timm_model_name", "a plain ViT such as vit_base_patch16_224");
    }
    return timm.whole("num_heads", HEADS.getOrDefault(name.group(1), 0));
  }
}
