package org.kgcoop.clip.biomed;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.InitialWeights;
import org.kgcoop.clip.RandomClip;
import org.kgcoop.files.Folders;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.random.PythonRandom;

/**
 * A writer of untrained models in the files of BiomedCLIP, as {@link org.kgcoop.clip.RandomClip}
 * for CLIP. The vocabulary has single characters, then combinations of them. The bytes depend only
 * on the configuration and the seed.
 */
public final class RandomBiomedClip {
  private static final String EMBEDDINGS = "text.transformer.embeddings.";

  /** Parts of released names, and those of timm's image encoder. */
  private static final String VISION =
      """
      visual.class_embedding -> visual.trunk.cls_token
      visual.positional_embedding -> visual.trunk.pos_embed
      visual.proj -> visual.head.proj.weight
      visual.conv1. -> visual.trunk.patch_embed.proj.
      visual.ln_post. -> visual.trunk.norm.
      visual.transformer.resblocks. -> visual.trunk.blocks.
      ln_1. -> norm1.
      ln_2. -> norm2.
      attn.in_proj_ -> attn.qkv.
      attn.out_proj. -> attn.proj.
      mlp.c_fc. -> mlp.fc1.
      mlp.c_proj. -> mlp.fc2.
      """;

  /** Parts of released names, and those of BERT. */
  private static final String TEXT =
      """
      positional_embedding -> text.transformer.embeddings.position_embeddings.weight
      token_embedding. -> text.transformer.embeddings.word_embeddings.
      ln_final. -> text.transformer.embeddings.LayerNorm.
      transformer.resblocks. -> text.transformer.encoder.layer.
      ln_1. -> attention.output.LayerNorm.
      ln_2. -> output.LayerNorm.
      attn.out_proj. -> attention.output.dense.
      mlp.c_fc. -> intermediate.dense.
      mlp.c_proj. -> output.dense.
      """;

  private RandomBiomedClip() {}

  /**
   * Writes {@code open_clip_model.safetensors}, {@code open_clip_config.json} and {@code
   * vocab.txt}.
   *
   * @param folder created if it does not exist
   * @param config with the encoders of {@link BiomedFamily}
   */
  public static void write(Path folder, ClipConfig config, long seed) {
    Folders.create(folder, "the folder of a CLIP", "try another folder");
    Safetensors.write(
        folder.resolve("open_clip_model.safetensors"), tensors(config, seed), Map.of());
    RandomClip.writeText(folder.resolve("open_clip_config.json"), settings(config));
    String pieces = String.join("\n", vocabulary(config.vocabularySize()));
    RandomClip.writeText(folder.resolve("vocab.txt"), pieces + "\n");
  }

  /** Returns the tensors under their names in the files. */
  public static List<StoredTensor> tensors(ClipConfig config, long seed) {
    List<StoredTensor> tensors = new ArrayList<>();
    InitialWeights.of(config, seed).forEach(tensor -> add(tensors, tensor));
    PythonRandom random = new PythonRandom(seed);
    int width = config.textWidth();
    int hidden = (width + config.embedDim()) / 2;
    tensors.add(normal(random, EMBEDDINGS + "token_type_embeddings.weight", 0.02, 2, width));
    tensors.add(normal(random, "text.proj.0.weight", 1 / Math.sqrt(width), hidden, width));
    tensors.add(
        normal(random, "text.proj.2.weight", 1 / Math.sqrt(hidden), config.embedDim(), hidden));
    return tensors;
  }

  private static StoredTensor normal(
      PythonRandom random, String name, double deviation, long rows, long columns) {
    float[] values = new float[Math.toIntExact(rows * columns)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation * random.gauss());
    }
    return StoredTensor.ofFloats(name, new long[] {rows, columns}, values);
  }

  /** Adds a tensor under its name in the files. Random matrices need no transposition. */
  private static void add(List<StoredTensor> tensors, StoredTensor tensor) {
    String name = tensor.name();
    long[] shape = tensor.shape();
    for (String line : (name.startsWith("visual.") ? VISION : TEXT).lines().toList()) {
      String[] sides = line.split(" -> ", 2);
      name = name.replace(sides[0], sides[1]);
    }
    if (name.contains("attn.in_proj_")) {
      shape[0] /= 3;
      float[] values = tensor.toFloats();
      int length = values.length / 3;
      for (int i = 0; i < 3; i++) {
        String part = List.of("query.", "key.", "value.").get(i);
        tensors.add(
            StoredTensor.ofFloats(
                name.replace("attn.in_proj_", "attention.self." + part),
                shape,
                Arrays.copyOfRange(values, i * length, (i + 1) * length)));
      }
      return;
    }
    switch (tensor.name()) {
      case "text_projection" -> {} // it has a hidden layer instead
      case "visual.class_embedding" -> tensors.add(tensor.reshaped(1, 1, shape[0]).withName(name));
      case "visual.positional_embedding" ->
          tensors.add(tensor.reshaped(1, shape[0], shape[1]).withName(name));
      case "visual.proj" -> tensors.add(tensor.reshaped(shape[1], shape[0]).withName(name));
      default -> tensors.add(tensor.withName(name));
    }
  }

  /** Returns the content of {@code open_clip_config.json}. */
  public static String settings(ClipConfig config) {
    return """
        {"model_cfg": {"embed_dim": %s,
          "vision_cfg": {"timm_model_name": "vit_base_patch16_224", "timm_pool": "",
                         "timm_proj": "linear", "image_size": %s,
                         "timm_model_kwargs": {"num_heads": %s}},
          "text_cfg": {"hf_model_name": "bert", "hf_proj_type": "mlp",
                       "hf_pooler_type": "cls_last_hidden_state_pooler", "context_length": %s,
                       "hf_model_config": {"num_attention_heads": %s}}}}
        """
        .formatted(
            config.embedDim(),
            config.imageResolution(),
            config.vision().heads(),
            config.contextLength(),
            config.textHeads());
  }

  /** Returns the special pieces, single characters, and combinations of them. */
  private static List<String> vocabulary(int size) {
    List<String> pieces = new ArrayList<>(WordPieceFile.SPECIAL);
    String letters = "abcdefghijklmnopqrstuvwxyz0123456789";
    for (String character : (letters + ".,;:-()'\"/%<>").split("", 0)) {
      pieces.add(character);
    }
    for (String character : letters.split("", 0)) {
      pieces.add("##" + character);
    }
    for (int i = 0; pieces.size() < size; i++) {
      int combination = i / 2;
      int letter = combination % letters.length();
      String rest = Integer.toString(combination / letters.length(), letters.length());
      pieces.add((i % 2 == 0 ? "" : "##") + letters.charAt(letter) + rest);
    }
    return pieces;
  }
}
