package org.kgcoop.clip.biomed;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
  static final ClipConfig.Form FORM =
      new ClipConfig.Form(
          1e-12,
          1e-6,
          new ClipConfig.TextForm(false, false, true),
          new ClipConfig.ImageForm(true, false, true, null, false),
          null);

  /** timm's plain ViTs. Only the name determines the number of heads. */
  private static final Pattern VIT =
      Pattern.compile("vit_(tiny|small|base|large|huge)_patch\\d+_\\d+(_in21k)?(\\..+)?");

  private static final Map<String, Integer> HEADS =
      Map.of("tiny", 3, "small", 6, "base", 12, "large", 16, "huge", 16);

  /** OpenCLIP's default of context_length. */
  private static final int DEFAULT_LENGTH = 77;

  private static final String MLP = "text.proj.0.weight";
  private static final String LINEAR = "text.proj.weight";

  /** Keys of BERT's configuration that shapes determine, or that affect only training. */
  private static final Set<String> HARMLESS =
      Set.of(
          "hidden_size",
          "num_hidden_layers",
          "intermediate_size",
          "vocab_size",
          "max_position_embeddings",
          "type_vocab_size",
          "hidden_dropout_prob",
          "attention_probs_dropout_prob",
          "classifier_dropout",
          "initializer_range",
          "use_cache",
          "gradient_checkpointing",
          "num_attention_heads",
          "layer_norm_eps",
          "hidden_act",
          "position_embedding_type",
          "model_type");

  private final OpenClipConfig file;
  private final ConfigSection text;
  private final ConfigSection vision;
  private final ConfigSection bert;

  BiomedSettings(OpenClipConfig file) {
    this.file = file;
    text = file.text();
    vision = file.vision();
    bert = text.at("hf_model_config");
  }

  /**
   * Returns the settings, and tells the file which are assumed.
   *
   * @throws KgCoopException if a setting is not implemented
   */
  ClipConfig.FileConfig read() {
    checkText();
    int visionHeads = visionHeads();
    int textHeads = bert.whole("num_attention_heads", 0);
    double epsilon = bert.positive("layer_norm_eps", FORM.textEpsilon());
    List<String> assumed = new ArrayList<>();
    if (textHeads == 0) {
      assumed.add("heads of 64");
    }
    if (bert.isOff("layer_norm_eps")) {
      assumed.add("epsilon 1e-12");
    }
    if (bert.isOff("hidden_act")) {
      assumed.add("exact GELU");
    }
    assumed.add("padding with id 0");
    file.assume(
        "%s in BERT; epsilon 1e-6 and exact GELU in the ViT (not in open_clip_config.json)"
            .formatted(String.join(", ", assumed)));
    int length = text.whole("context_length", 0);
    return new ClipConfig.FileConfig(
        Activation.GELU,
        textHeads,
        visionHeads,
        vision.square("image_size"),
        length == 0 ? DEFAULT_LENGTH : length,
        FORM.with(epsilon, FORM.visionEpsilon(), null));
  }

  /** Creates the error for a text encoder other than BERT. */
  static KgCoopException otherEncoder(String source, String model, String why) {
    return KgCoopException.weights(
        "%s: the text encoder is %s (%s); kgcoop reads BERT's with WordPiece"
            .formatted(source, model.isEmpty() ? "another one" : model, why));
  }

  private void checkText() {
    file.checkTextKeys(Set.of("hf_model_name", "hf_model_config"));
    for (String key : List.of("hf_model_name", "hf_tokenizer_name")) {
      String model = text.text(key, "");
      if (model.toLowerCase(Locale.ROOT).contains("roberta")) {
        throw otherEncoder(text.name() + key, model, "RoBERTa");
      }
    }
    checkPooling();
    checkProjection();
    bert.allOffBut(HARMLESS);
    bert.only("model_type", "bert");
    bert.only("hidden_act", "gelu");
    bert.only("position_embedding_type", "absolute");
    ConfigSection tokenizer = text.at("tokenizer_kwargs");
    tokenizer.allOffBut(Set.of("clean"));
    tokenizer.only("clean", "whitespace");
  }

  /** Returns a setting under its name or its old name, or the default if there is neither. */
  private String either(String key, String oldKey, String missing) {
    JsonNode value = text.json().path(text.json().has(key) ? key : oldKey);
    return value.isMissingNode() ? missing : value.isNull() ? "" : value.asText();
  }

  /** Checks that the feature is that of [CLS]. Without a key, OpenCLIP averages the tokens. */
  private void checkPooling() {
    String pooler = either("hf_pooler_type", "pooler_type", "mean_pooler");
    boolean hasOwn = file.tensors().contains("text.transformer.pooler.dense.weight");
    boolean own = pooler.isEmpty() || pooler.equals("cls_pooler"); // BERT's, and the default of it
    if (!pooler.equals("cls_last_hidden_state_pooler") && (!own || hasOwn)) {
      throw KgCoopException.weights(
          "%shf_pooler_type '%s' is not supported; kgcoop takes [CLS] of the last layer (cls_last_hidden_state_pooler)"
              .formatted(text.name(), pooler.isEmpty() ? "cls_pooler" : pooler));
    }
  }

  private void checkProjection() {
    boolean isMlp = file.tensors().contains(MLP);
    String found = isMlp ? "mlp" : file.tensors().contains(LINEAR) ? "linear" : "";
    String configured = either("hf_proj_type", "proj", found);
    if (!configured.equals(found)) {
      throw KgCoopException.weights(
          "%shf_proj_type '%s' is not supported; expected %s, as the tensors below text.proj"
              .formatted(text.name(), configured, found.isEmpty() ? "null" : found));
    }
  }

  private int visionHeads() {
    file.checkVisionKeys(Set.of("timm_model_name", "timm_model_kwargs"));
    vision.only("timm_pool", "", "token");
    vision.only("timm_proj", "linear");
    ConfigSection timm = vision.at("timm_model_kwargs");
    timm.allOffBut(Set.of("num_heads"));
    Matcher name = VIT.matcher(vision.text("timm_model_name", ""));
    if (!name.matches()) {
      throw vision.refused("timm_model_name", "a plain ViT such as vit_base_patch16_224");
    }
    int heads = timm.whole("num_heads", 0);
    return heads > 0 ? heads : HEADS.getOrDefault(name.group(1), 0);
  }
}
