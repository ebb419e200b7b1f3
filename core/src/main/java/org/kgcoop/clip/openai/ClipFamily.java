package org.kgcoop.clip.openai;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.ConfigSection;
import org.kgcoop.clip.Families;
import org.kgcoop.clip.Family;
import org.kgcoop.clip.HuggingFaceConfig;
import org.kgcoop.clip.OpenClipConfig;
import org.kgcoop.clip.TensorNames;
import org.kgcoop.clip.TextCleaning;
import org.kgcoop.clip.Tokenizer;
import org.kgcoop.clip.Tokenizers;
import org.kgcoop.image.view.Preprocessing;

/**
 * CLIP. The image feature comes from the CLS token, or from a ResNet. The text feature comes from
 * the end of the text.
 */
public final class ClipFamily implements Family {
  private static final TensorNames NAMES =
      new TensorNames(
          """
          vision_model.embeddings.class_embedding -> visual.class_embedding
          vision_model.pre_layrnorm.* -> visual.ln_pre.*
          visual_projection.* -> visual.proj.*
          visual.trunk.cls_token -> visual.class_embedding
          visual.trunk.norm_pre.* -> visual.ln_pre.*
          visual.trunk.head.* -> visual.proj.*
          visual.head.proj.* -> visual.proj.*
          """,
          TensorNames.HUGGING_FACE,
          TensorNames.TIMM,
          TensorNames.OPEN_CLIP_TEXT);

  private static final Traits TRAITS =
      new Traits(
          "clip",
          "CLIP",
          "CLIP (ViT, ResNet)",
          NAMES,
          ClipConfig.RELEASED,
          width -> Math.max(1, width / 64),
          "activation QuickGELU, heads of 64",
          Preprocessing::clip,
          false,
          Tokenizers::released);

  /** Prefixes of tensor names that occur only in one kind of unsupported model, and this kind. */
  private static final List<String> OTHERS =
      """
      visual.trunk. a timm image encoder (ConvNeXt, EVA, MobileCLIP, ViTamin ...) under OpenCLIP
      visual.head. a timm image encoder under OpenCLIP
      text_decoder. CoCa or BLIP
      visual.pool. a timm image encoder with a class embedding and a pooling
      visual.attn_pool. a model with attention pooling (CoCa)
      transformer.embeddings. a Hugging Face text encoder under OpenCLIP
      transformer.encoder. a Hugging Face text encoder under OpenCLIP
      text_model.embeddings.word_embeddings. a CLIP with a BERT text encoder
      qformer. BLIP-2
      """
          .lines()
          .toList();

  /** The names of timm's encoders for CLIP. */
  private static final Pattern TIMM_CLIP = Pattern.compile("vit_[a-z]+_patch\\d+_clip_.+");

  /** The lengths of PE-Core's texts. */
  private static final Set<Integer> PE_CORE_LENGTHS = Set.of(32, 72);

  @Override
  public Traits traits() {
    return TRAITS;
  }

  /** Returns true for all models. {@link #check} rejects those that are not a CLIP. */
  @Override
  public boolean recognizes(Map<String, long[]> shapes) {
    return true;
  }

  @Override
  public void check(Set<String> names, String source, String architecture) {
    for (String other : OTHERS) {
      String[] parts = other.split(" ", 2);
      for (String name : names) {
        if (name.startsWith(parts[0])) {
          throw KgCoopException.weights(
              "%s: %s%s, by its tensor '%s': not implemented; known are %s"
                  .formatted(
                      source,
                      architecture.isEmpty() ? "" : architecture + ", ",
                      parts[1],
                      name,
                      Families.ALL.stream()
                          .map(family -> family.traits().known())
                          .collect(Collectors.joining(", and "))));
        }
      }
    }
  }

  /**
   * Rejects a model that may be a PE-Core without its pooling. Meta's file has no settings next to
   * it, and its other tensors have the names of CLIP's. Only the length of the texts differs.
   */
  @Override
  public void checkWithoutSettings(ClipConfig config, String source) {
    int length = config.contextLength();
    if (config.vision() instanceof ClipConfig.Vit && PE_CORE_LENGTHS.contains(length)) {
      throw KgCoopException.weights(
          "%s: its texts have %s tokens as in PE-Core, but it has no 'visual.attn_pool': expected all tensors of a PE-Core, or, if it is a CLIP, an open_clip_config.json or preprocessor_config.json next to it"
              .formatted(source, length));
    }
  }

  /** MetaCLIP 2 is a CLIP with another tokenizer. */
  @Override
  public ClipConfig huggingFace(HuggingFaceConfig file, int imageSize) {
    file.model().only("model_type", "clip", "metaclip_2");
    return file.read(TRAITS.defaults(), 0, imageSize);
  }

  @Override
  public ClipConfig openClip(OpenClipConfig file) {
    ConfigSection text = file.text();
    ConfigSection vision = file.vision();
    String encoder = vision.text("timm_model_name", "");
    if (!encoder.isEmpty() && !TIMM_CLIP.matcher(encoder).matches()) {
      throw vision.refused("timm_model_name", "none, or a vit_..._clip_...");
    }
    file.checkVisionKeys();
    if (!encoder.isEmpty()) {
      vision.exactly("timm_pool", "token"); // OpenCLIP's default is the mean
    }
    vision.only("pool_type", "tok");
    // The weights contain either kind of positions.
    vision.only("pos_embed_type", "learnable", "sin_cos_2d");
    file.checkTextKeys();
    checkEndOfText(text);
    file.checkCleaning("lower");
    if (text.flag("no_causal_mask", false) && !text.isOff("hf_tokenizer_name")) {
      // Such tokenizers have other kinds of padding, which only causal texts ignore.
      throw text.refused("hf_tokenizer_name", "none with no_causal_mask");
    }
    int headWidth = vision.whole("head_width", 0);
    // The attention of a ResNet is 32 times as wide as its stem.
    int pooled = file.tensors().contains("visual.layer1.0.conv1.weight") ? 32 : 1;
    Activation activation =
        file.model().flag("quick_gelu", false) ? Activation.QUICK_GELU : Activation.GELU;
    Activation visionActivation =
        encoder.isEmpty()
            ? activation
            : encoder.contains("_quickgelu") ? Activation.QUICK_GELU : Activation.GELU;
    int textHeads = text.whole("heads", 0);
    int visionHeads = headWidth > 0 ? pooled * vision.whole("width", 0) / headWidth : 0;
    ClipConfig.TextForm form =
        text.flag("no_causal_mask", false) ? ClipConfig.TextForm.WHOLE : ClipConfig.TextForm.CAUSAL;
    return ClipConfig.ofFile(
        vision.square("image_size"),
        new ClipConfig.Text(0, 0, 0, textHeads, 0, activation, OpenClipConfig.epsilon(text), form),
        ClipConfig.RELEASED
            .vision()
            .with(visionHeads, visionActivation, OpenClipConfig.epsilon(vision)));
  }

  /** Checks that the feature is read at the first end of text, whose id is the maximum. */
  private static void checkEndOfText(ConfigSection text) {
    String pooling = text.only("pool_type", "argmax", "eos");
    if (!text.text("hf_tokenizer_name", "").isEmpty()) {
      return; // compared with the tokenizer, once it is loaded
    }
    int last = text.whole("vocab_size", 49408) - 1;
    if (pooling.equals("eos") && text.tokenId("eos_id", last) != last) {
      throw text.refused("eos_id", Integer.toString(last));
    }
  }

  @Override
  public Tokenizer tokenizer(Path file, OpenClipConfig config) {
    TextCleaning cleaning = config.cleaning();
    Tokenizer tokenizer = Tokenizers.read(file, cleaning == null ? TextCleaning.NONE : cleaning);
    if (tokenizer.cuts() && config.isThere()) {
      checkEndOfText(config.text(), tokenizer.endOfText());
    }
    return tokenizer;
  }

  /** Rejects a SentencePiece tokenizer if its end token is not the position that a CLIP reads. */
  private static void checkEndOfText(ConfigSection text, int end) {
    if (!text.text("pool_type", "").equals("eos")) {
      throw text.refused("pool_type", "eos with a tokenizer of this kind");
    }
    if (text.tokenId("eos_id", end) != end) {
      throw text.refused("eos_id", end + ", the tokenizer's");
    }
  }
}
