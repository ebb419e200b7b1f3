package org.kgcoop.clip.siglip;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.ConfigSection;
import org.kgcoop.clip.Family;
import org.kgcoop.clip.HuggingFaceConfig;
import org.kgcoop.clip.OpenClipConfig;
import org.kgcoop.clip.TensorNames;
import org.kgcoop.clip.Tokenizer;
import org.kgcoop.clip.Tokenizers;
import org.kgcoop.image.view.Interpolation;
import org.kgcoop.image.view.Preprocessing;

/**
 * SigLIP, and SigLIP 2 of a fixed resolution. The image feature comes from an attention pooling.
 * The text encoder is not causal: texts are padded to the context length, and the feature comes
 * from the last position.
 *
 * <p>It has tensors that no CLIP has: {@code text_projection.bias}, {@code visual.conv1.bias},
 * {@code logit_bias} and, for its attention pooling, {@code visual.pool.} followed by {@code probe}
 * (1, W), {@code attn.in_proj_*}, {@code attn.out_proj}, {@code ln}, {@code mlp.c_fc} and {@code
 * mlp.c_proj}.
 */
public final class SiglipFamily implements Family {
  private static final double EPSILON = 1e-6; // of Hugging Face's library and of timm

  /** The text encoder of all models, without its sizes. */
  public static final ClipConfig.Text TEXT =
      new ClipConfig.Text(
          0, 0, 0, 0, 0, Activation.GELU_PYTORCH_TANH, EPSILON, ClipConfig.TextForm.LAST);

  /** The image encoder of all models, without its sizes. */
  public static final ClipConfig.Vit VISION =
      new ClipConfig.Vit(
          0,
          0,
          0,
          0,
          Activation.GELU_PYTORCH_TANH,
          EPSILON,
          new ClipConfig.ImageForm(false, false, true, new ClipConfig.Pool(0, false), false));

  private static final TensorNames NAMES =
      new TensorNames(
          """
          text_model.head.* -> text_projection.*
          vision_model.head.probe -> visual.pool.probe
          vision_model.head.attention.in_proj_weight -> visual.pool.attn.in_proj_weight
          vision_model.head.attention.in_proj_bias -> visual.pool.attn.in_proj_bias
          vision_model.head.attention.out_proj.* -> visual.pool.attn.out_proj.*
          vision_model.head.layernorm.* -> visual.pool.ln.*
          vision_model.head.mlp.fc1.* -> visual.pool.mlp.c_fc.*
          vision_model.head.mlp.fc2.* -> visual.pool.mlp.c_proj.*
          """,
          TensorNames.HUGGING_FACE,
          TensorNames.TIMM_POOL,
          TensorNames.TIMM,
          TensorNames.OPEN_CLIP_TEXT);

  private static final Traits TRAITS =
      new Traits(
          "siglip",
          "SigLIP",
          "SigLIP and SigLIP 2 of a fixed resolution",
          NAMES,
          ClipConfig.ofFile(0, TEXT, VISION),
          width -> width < 1024 ? 12 : 16,
          "activation gelu_pytorch_tanh, 12 heads below a width of 1024, else 16",
          side -> Preprocessing.squashed(side, Interpolation.BICUBIC),
          true,
          null);

  /** The beginnings of the names of the attention pooling. */
  private static final List<String> POOLS =
      List.of("visual.pool.", "visual.trunk.attn_pool.", "vision_model.head.");

  /** The names of a CLS token, which other models with such a pooling have. */
  private static final Set<String> CLASS_TOKENS =
      Set.of(
          "visual.class_embedding",
          "visual.trunk.cls_token",
          "vision_model.embeddings.class_embedding");

  /** The names of timm's encoders with the approximate GELU. */
  private static final Pattern APPROXIMATE =
      Pattern.compile(
          "patch32_siglip_256|large_patch16_siglip_512|so400m_patch16_siglip|giantopt_patch16_siglip");

  @Override
  public Traits traits() {
    return TRAITS;
  }

  @Override
  public boolean recognizes(Map<String, long[]> shapes) {
    Set<String> names = shapes.keySet();
    return names.stream().anyMatch(name -> POOLS.stream().anyMatch(name::startsWith))
        && names.stream().noneMatch(CLASS_TOKENS::contains);
  }

  @Override
  public ClipConfig huggingFace(HuggingFaceConfig file, int imageSize) {
    file.model().only("model_type", "siglip");
    return file.read(TRAITS.defaults(), 12, imageSize);
  }

  /**
   * Reads the settings of SigLIP, whose image encoder is timm's. Only its name determines the heads
   * and the activation. The activations are those that OpenCLIP uses: the exact GELU in most
   * models, although they were trained with the approximation.
   */
  @Override
  public ClipConfig openClip(OpenClipConfig file) {
    ConfigSection text = file.text();
    ConfigSection vision = file.vision();
    file.checkVisionKeys();
    vision.only("timm_pool", "map");
    vision.only("timm_proj", "none");
    String encoder = vision.text("timm_model_name", "");
    if (!encoder.startsWith("vit_") || !encoder.contains("_siglip")) {
      throw vision.refused("timm_model_name", "a vit_..._siglip_...");
    }
    file.checkTextKeys("proj_bias", "act_kwargs");
    if (!text.flag("no_causal_mask", false)) {
      throw text.refused("no_causal_mask", "true");
    }
    text.exactly("pool_type", "last");
    ConfigSection gelu = text.at("act_kwargs");
    gelu.allOffBut(Set.of("approximate"));
    Activation activation =
        gelu.only("approximate", "none", "tanh").equals("tanh")
            ? Activation.GELU_PYTORCH_TANH
            : Activation.GELU;
    Activation visionActivation =
        APPROXIMATE.matcher(encoder).find() ? Activation.GELU_PYTORCH_TANH : Activation.GELU;
    int heads = text.whole("heads", 0);
    return ClipConfig.ofFile(
        vision.square("image_size"),
        TEXT.with(heads, activation, OpenClipConfig.epsilon(text)),
        VISION.with(encoder.contains("_base_") ? 12 : 16, visionActivation, EPSILON));
  }

  @Override
  public List<String> tokenizerFiles() {
    return List.of(
        "tokenizer.json", "spiece.model", "tokenizer.model"); // the last two are rejected
  }

  @Override
  public Tokenizer tokenizer(Path file, OpenClipConfig config) {
    Tokenizer tokenizer = Tokenizers.read(file, config.cleaning());
    if (!tokenizer.cuts()) {
      throw KgCoopException.weights(
          file + ": CLIP's kind of tokenizer; expected SigLIP's own tokenizer.json");
    }
    return tokenizer;
  }
}
