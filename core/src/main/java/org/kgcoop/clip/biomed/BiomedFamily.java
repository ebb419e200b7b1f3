package org.kgcoop.clip.biomed;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.ConfigSection;
import org.kgcoop.clip.Family;
import org.kgcoop.clip.ImageDefaults;
import org.kgcoop.clip.OpenClipConfig;
import org.kgcoop.clip.TensorNames;
import org.kgcoop.clip.TextEncoder;
import org.kgcoop.clip.Tokenizer;

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
  /** The form of all models, with the epsilons of BERT and of timm. */
  public static final ClipConfig.Form FORM =
      new ClipConfig.Form(
          1e-12,
          1e-6,
          new ClipConfig.TextForm(false, false, true),
          new ClipConfig.ImageForm(true, false, true, null, false),
          null);

  private static final String TEXT = "text.transformer.";
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
          new ClipConfig.FileConfig(Activation.GELU, 0, 0, 0, 256, FORM),
          width -> width == 1280 ? 16 : Math.max(1, width / 64), // timm's huge ViT has 16
          "texts of 256 tokens, heads of 64, exact GELU, epsilon 1e-12 in BERT and 1e-6 in the ViT",
          ImageDefaults.CLIP,
          false,
          null);

  @Override
  public Traits traits() {
    return TRAITS;
  }

  /** Returns true for all models of OpenCLIP with a text encoder of Hugging Face. */
  @Override
  public boolean recognizes(Map<String, long[]> shapes) {
    return shapes.keySet().stream()
        .anyMatch(name -> name.startsWith(TEXT) && !name.startsWith(TEXT + "resblocks."));
  }

  @Override
  public void check(Set<String> names, String source, String architecture) {
    for (String name : names) {
      if (name.startsWith(TEXT)) {
        throw BiomedSettings.otherEncoder(source, architecture, "by its tensor '" + name + "'");
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
  public ClipConfig.FileConfig huggingFace(ConfigSection file, int imageSize) {
    throw file.refused("model_type", "the model's open_clip_config.json next to the weights");
  }

  @Override
  public ClipConfig.FileConfig openClip(OpenClipConfig file) {
    return BiomedSettings.read(file, FORM);
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
  public ClipConfig config(
      Map<String, long[]> shapes, ClipConfig.FileConfig fileConfig, String source) {
    long width = rows("ln_pre.weight", shapes);
    if (rows(TYPES, shapes) == 1) {
      throw BiomedSettings.otherEncoder(source, "", "it has 1 type of tokens, as RoBERTa");
    }
    long positions = rows(POSITIONS, shapes);
    int length = fileConfig.contextLength();
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
    return Family.super.config(clip, fileConfig, source);
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
