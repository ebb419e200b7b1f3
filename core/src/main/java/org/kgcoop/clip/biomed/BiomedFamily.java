package org.kgcoop.clip.biomed;

import java.nio.file.Path;
import java.util.LinkedHashMap;
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
import org.kgcoop.clip.Family;
import org.kgcoop.clip.HuggingFaceConfig;
import org.kgcoop.clip.OpenClipConfig;
import org.kgcoop.clip.TensorNames;
import org.kgcoop.clip.TextEncoder;
import org.kgcoop.clip.Tokenizer;
import org.kgcoop.image.view.Preprocessing;

/**
 * BiomedCLIP, and other models of OpenCLIP with BERT and timm's plain ViT. Zhang et al.,
 * "BiomedCLIP: a multimodal biomedical foundation model pretrained from fifteen million scientific
 * image-text pairs", 2023; files: microsoft/BiomedCLIP-PubMedBERT_256-vit_base_patch16_224.
 *
 * <p>Beside the names of a CLIP, the released names are {@code token_type_embedding.weight} (2, W),
 * {@code ln_pre} of the text, and {@code text_projection.0.weight} (W', W) and {@code .2.weight}
 * (E, W') of a projection with a hidden layer.
 */
public final class BiomedFamily implements Family {
  /** BERT, without its sizes. */
  public static final ClipConfig.Text TEXT =
      new ClipConfig.Text(0, 0, 0, 0, 0, Activation.GELU, 1e-12, ClipConfig.TextForm.BERT);

  /** timm's plain ViT, without its sizes. */
  public static final ClipConfig.Vit VISION =
      new ClipConfig.Vit(
          0,
          0,
          0,
          0,
          Activation.GELU,
          1e-6,
          new ClipConfig.ImageForm(true, false, true, null, false));

  private static final String BERT = "text.transformer.";
  private static final String TYPES = "token_type_embedding.weight";
  private static final String POSITIONS = "positional_embedding";

  private static final TensorNames NAMES =
      new TensorNames(
          """
          visual.trunk.cls_token -> visual.class_embedding
          visual.head.proj.* -> visual.proj.*
          text.transformer.embeddings.position_ids ->
          text.transformer.embeddings.word_embeddings.weight -> token_embedding.weight
          text.transformer.embeddings.position_embeddings.weight -> positional_embedding
          text.transformer.embeddings.token_type_embeddings.weight -> token_type_embedding.weight
          text.transformer.embeddings.LayerNorm.* -> ln_pre.*
          text.transformer.pooler.** ->
          text.proj.weight -> text_projection.weight
          text.proj.0.weight -> text_projection.0.weight
          text.proj.2.weight -> text_projection.2.weight
          """,
          """
          <from>attention.self.query.* + <from>attention.self.key.* + <from>attention.self.value.* -> <to>attn.in_proj_*
          <from>attention.output.dense.* -> <to>attn.out_proj.*
          <from>attention.output.LayerNorm.* -> <to>ln_1.*
          <from>intermediate.dense.* -> <to>mlp.c_fc.*
          <from>output.dense.* -> <to>mlp.c_proj.*
          <from>output.LayerNorm.* -> <to>ln_2.*
          """
              .replace("<from>", "text.transformer.encoder.layer.#.")
              .replace("<to>", "transformer.resblocks.#."),
          TensorNames.TIMM);

  private static final Traits TRAITS =
      new Traits(
          "biomedclip",
          "BiomedCLIP",
          "BiomedCLIP (BERT and a plain ViT)",
          NAMES,
          ClipConfig.ofFile(0, TEXT.sized(256, 0, 0, 0, 0), VISION),
          width -> width == 1280 ? 16 : Math.max(1, width / 64), // timm's huge ViT has 16
          "texts of 256 tokens, heads of 64, exact GELU, epsilon 1e-12 in BERT and 1e-6 in the ViT",
          Preprocessing::clip,
          false,
          null);

  /** timm's plain ViTs. Only the name determines the number of heads. */
  private static final Pattern VIT_NAME =
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

  @Override
  public Traits traits() {
    return TRAITS;
  }

  /** Returns true for all models of OpenCLIP with a text encoder of Hugging Face. */
  @Override
  public boolean recognizes(Map<String, long[]> shapes) {
    return shapes.keySet().stream()
        .anyMatch(name -> name.startsWith(BERT) && !name.startsWith(BERT + "resblocks."));
  }

  @Override
  public void check(Set<String> names, String source, String architecture) {
    for (String name : names) {
      if (name.startsWith(BERT)) {
        throw otherEncoder(source, architecture, "by its tensor '" + name + "'");
      }
      if (name.startsWith("visual.trunk.") || name.startsWith("visual.head.")) {
        throw KgCoopException.weights(
            "%s: its image encoder has the tensor '%s', which a plain ViT of timm has not; kgcoop reads models such as vit_base_patch16_224"
                .formatted(source, name));
      }
    }
  }

  /** Rejects a model without OpenCLIP's configuration. Some pages also have another one. */
  @Override
  public ClipConfig huggingFace(HuggingFaceConfig file, int imageSize) {
    throw file.model()
        .refused("model_type", "the model's open_clip_config.json next to the weights");
  }

  /**
   * Reads the settings, and tells the file which are assumed. Some settings of BERT are in no file
   * of such a model, because OpenCLIP downloads them. Unless {@code hf_model_config} has them,
   * those of BERT's base model are assumed.
   */
  @Override
  public ClipConfig openClip(OpenClipConfig file) {
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
    int imageSize = file.vision().square("image_size");
    int length = text.whole("context_length", DEFAULT_LENGTH);
    return ClipConfig.ofFile(
        imageSize,
        TEXT.sized(length, 0, 0, 0, 0)
            .with(textHeads, Activation.GELU, bert.positive("layer_norm_eps", TEXT.epsilon())),
        VISION.with(visionHeads, Activation.GELU, VISION.epsilon()));
  }

  /** Creates the error for a text encoder other than BERT. */
  private static KgCoopException otherEncoder(String source, String model, String why) {
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
    Matcher name = VIT_NAME.matcher(vision.text("timm_model_name", ""));
    if (!name.matches()) {
      throw vision.refused("timm_model_name", "a plain ViT such as vit_base_patch16_224");
    }
    return timm.whole("num_heads", HEADS.getOrDefault(name.group(1), 0));
  }

  @Override
  public List<String> tokenizerFiles() {
    return List.of("tokenizer.json", "vocab.txt");
  }

  @Override
  public Tokenizer tokenizer(Path file, OpenClipConfig config) {
    WordPieceTokenizer tokenizer = WordPieceFile.read(file);
    if (tokenizer.padding() != TextEncoder.PADDING) {
      throw KgCoopException.weights(
          "%s: [PAD] has the id %s; expected %s, which BERT does not attend to"
              .formatted(file, tokenizer.padding(), TextEncoder.PADDING));
    }
    return tokenizer;
  }

  /** Infers the configuration from the shapes that a CLIP of these sizes has. */
  @Override
  public ClipConfig completed(ClipConfig file, Map<String, long[]> shapes, String source) {
    long width = rows("ln_pre.weight", shapes);
    if (rows(TYPES, shapes) == 1) {
      throw otherEncoder(source, "", "it has 1 type of tokens, as RoBERTa");
    }
    long positions = rows(POSITIONS, shapes);
    int length = file.contextLength();
    if (positions > 0 && (length < 3 || length > positions)) {
      throw KgCoopException.weights(
          "%s: context_length %s; expected 3 to %s, the rows of its position_embeddings"
              .formatted(source, length, positions));
    }
    Map<String, long[]> clip = new LinkedHashMap<>(shapes);
    if (width > 0) {
      clip.put("ln_final.weight", new long[] {width});
      clip.put("text_projection", new long[] {width, embedDim(shapes, width)});
    }
    clip.computeIfPresent(POSITIONS, (name, shape) -> new long[] {length, width});
    return Family.super.completed(file, clip, source);
  }

  /** Returns E. Without a projection, it is the width. */
  private static long embedDim(Map<String, long[]> shapes, long width) {
    long[] projection = shapes.get("text_projection");
    long hidden = rows("text_projection.2.weight", shapes);
    return projection != null && projection.length == 2
        ? projection[1]
        : hidden > 0 ? hidden : width;
  }

  private static long rows(String name, Map<String, long[]> shapes) {
    long[] shape = shapes.get(name);
    return shape == null || shape.length == 0 ? 0 : shape[0];
  }
}
