package org.kgcoop.clip.pe;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.BytePairTokenizer;
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
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;

/**
 * PE-Core, in Meta's own files and in OpenCLIP's. The text encoder is CLIP's, with shorter texts,
 * which are cut. The image encoder has rotary positions and an attention pooling over all tokens.
 * Sources: facebookresearch/perception_models, {@code pe.py}; timm, {@code eva.py}.
 *
 * <p>Meta's names are those of OpenAI's CLIP, except for the pooling. The pooling has the names of
 * {@link org.kgcoop.clip.siglip.SiglipFamily}.
 */
public final class PeFamily implements Family {
  private static final double EPSILON = 1e-5;

  /** The text encoder of all models, without its sizes. */
  public static final ClipConfig.Text TEXT =
      new ClipConfig.Text(0, 0, 0, 0, 0, Activation.GELU, EPSILON, ClipConfig.TextForm.CAUSAL);

  /** The image encoder of the models with a CLS token, without its sizes. */
  public static final ClipConfig.Vit VISION = vision(true);

  /** The image encoder of PE-Core G, which has no CLS token, without its sizes. */
  public static final ClipConfig.Vit WITHOUT_CLASS_TOKEN = vision(false);

  private static final TensorNames NAMES =
      new TensorNames(
          """
          visual.attn_pool.layernorm.* -> visual.pool.ln.*
          visual.attn_pool.** -> visual.pool.**
          visual.trunk.cls_token -> visual.class_embedding
          visual.trunk.norm_pre.* -> visual.ln_pre.*
          visual.trunk.head.* -> visual.proj.*
          """,
          TensorNames.TIMM_POOL,
          TensorNames.TIMM,
          TensorNames.OPEN_CLIP_TEXT);

  private static final Traits TRAITS =
      new Traits(
          "pe",
          "PE-Core",
          "PE-Core (Perception Encoder)",
          NAMES,
          ClipConfig.ofFile(0, TEXT, VISION),
          width -> width == 1536 ? 16 : Math.max(1, width / 64),
          "activation GELU, 16 heads at a width of 1536, else heads of 64",
          side -> Preprocessing.squashed(side, Interpolation.BILINEAR),
          false,
          () -> Tokenizers.released().cutting());

  private static final String CLASS_TOKEN = "visual.class_embedding";
  private static final String PROJECTION_BIAS = "visual.proj.bias";

  /** The heads of timm's image encoders, by the word in their names. */
  private static final Map<String, Integer> HEADS =
      Map.of("tiny", 3, "small", 6, "base", 12, "large", 16, "gigantic", 16);

  private static final Pattern ENCODER =
      Pattern.compile("vit_pe_core_(tiny|small|base|large|gigantic)_patch\\d+_\\d+(\\..+)?");

  /** The pooling and the norm in front of the blocks, in each layout and under released names. */
  private static final List<Set<String>> MARKS =
      List.of(
          Set.of("visual.attn_pool.probe", "visual.conv1.weight"),
          Set.of("visual.trunk.attn_pool.latent", "visual.trunk.norm_pre.weight"),
          Set.of("visual.pool.probe", "visual.ln_pre.weight"),
          Set.of("attn_pool.probe", "conv1.weight"), // only an image encoder
          Set.of("attn_pool.latent", "norm_pre.weight"));

  /** The layer scale of PE-Lang and PE-Spatial, which have no pooling. */
  private static final Pattern LAYER_SCALE =
      Pattern.compile("(visual\\.)?transformer\\.resblocks\\.\\d+\\.ls_1\\.gamma");

  private static ClipConfig.Vit vision(boolean classToken) {
    ClipConfig.Pool pool = new ClipConfig.Pool(8, true);
    ClipConfig.ImageForm form = new ClipConfig.ImageForm(classToken, true, false, pool, true);
    return new ClipConfig.Vit(0, 0, 0, 0, Activation.GELU, EPSILON, form);
  }

  @Override
  public Traits traits() {
    return TRAITS;
  }

  @Override
  public boolean recognizes(Map<String, long[]> shapes) {
    Set<String> names = shapes.keySet();
    return MARKS.stream().anyMatch(names::containsAll)
        || names.stream().anyMatch(name -> LAYER_SCALE.matcher(name).matches());
  }

  /** Returns the weights without a bias of zeros, which only timm's projection has. */
  @Override
  public WeightFile released(WeightFile file) {
    WeightFile named = Family.super.released(file);
    StoredTensor bias = named.tensors().get(PROJECTION_BIAS);
    if (bias == null || !bias.dtype().isFloating() || !isZero(bias.toFloats())) {
      return named;
    }
    Map<String, StoredTensor> tensors = new LinkedHashMap<>(named.tensors());
    tensors.remove(PROJECTION_BIAS);
    return named.with(tensors);
  }

  private static boolean isZero(float[] values) {
    return IntStream.range(0, values.length).allMatch(i -> values[i] == 0);
  }

  @Override
  public void check(Set<String> names, String source, String architecture) {
    if (!names.contains("token_embedding.weight") || !names.contains("visual.pool.probe")) {
      throw KgCoopException.weights(
          source
              + " has only an image encoder of Perception Encoder; kgcoop needs PE-Core with its"
              + " text encoder, such as timm/PE-Core-B-16");
    }
  }

  @Override
  public ClipConfig huggingFace(HuggingFaceConfig file, int imageSize) {
    throw file.model().refused("model_type", "no config.json, or an open_clip_config.json");
  }

  @Override
  public ClipConfig openClip(OpenClipConfig file) {
    ConfigSection text = file.text();
    ConfigSection vision = file.vision();
    file.model().off("quick_gelu");
    file.checkVisionKeys();
    Matcher encoder = ENCODER.matcher(vision.text("timm_model_name", ""));
    if (!encoder.matches()) {
      throw vision.refused("timm_model_name", "a vit_pe_core_...");
    }
    vision.exactly("timm_pool", "map");
    vision.off("timm_proj");
    file.checkTextKeys();
    text.off("no_causal_mask");
    text.only("pool_type", "argmax");
    file.checkCleaning("lower");
    int heads = text.whole("heads", 0);
    return ClipConfig.ofFile(
        vision.square("image_size"),
        TEXT.with(heads, Activation.GELU, OpenClipConfig.epsilon(text)),
        VISION.with(Objects.requireNonNull(HEADS.get(encoder.group(1))), Activation.GELU, EPSILON));
  }

  @Override
  public ClipConfig completed(ClipConfig file, Map<String, long[]> shapes, String source) {
    ClipConfig.Vision vision =
        shapes.containsKey(CLASS_TOKEN)
            ? file.vision()
            : WITHOUT_CLASS_TOKEN.with(
                file.vision().heads(), file.visionActivation(), file.visionEpsilon());
    ClipConfig settings = ClipConfig.ofFile(file.imageResolution(), file.text(), vision);
    ClipConfig config = Family.super.completed(settings, shapes, source);
    int width = config.vision().width();
    if (width % config.poolHeads() != 0 || width / config.vision().heads() % 4 != 0) {
      throw KgCoopException.weights(
          "%s: image encoder of width %s and %s heads: expected a width that 8 divides and heads whose width 4 divides"
              .formatted(source, width, config.vision().heads()));
    }
    return config;
  }

  @Override
  public Tokenizer tokenizer(Path file, OpenClipConfig config) {
    if (Tokenizers.read(file) instanceof BytePairTokenizer tokenizer) {
      return tokenizer.cutting();
    }
    throw KgCoopException.weights(file + ": expected CLIP's kind of tokenizer, which PE-Core has");
  }
}
