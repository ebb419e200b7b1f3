package org.kgcoop.clip.biomed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.InitialWeights;
import org.kgcoop.files.AtomicFile;
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
  private static final String LAYER = "text.transformer.encoder.layer.";
  private static final String EMBEDDINGS = "text.transformer.embeddings.";

  /** The beginnings of names in the files, by those of released names. The first one is used. */
  private static final Map<String, String> NAMES = names();

  private RandomBiomedClip() {}

  private static Map<String, String> names() {
    Map<String, String> names = new LinkedHashMap<>();
    names.put("token_embedding.", EMBEDDINGS + "word_embeddings.");
    names.put("ln_final.", EMBEDDINGS + "LayerNorm.");
    names.put("visual.conv1.", "visual.trunk.patch_embed.proj.");
    names.put("visual.ln_post.", "visual.trunk.norm.");
    names.put("visual.transformer.resblocks.", "visual.trunk.blocks.");
    names.put("transformer.resblocks.", LAYER);
    return names;
  }

  /**
   * Writes {@code open_clip_model.safetensors}, {@code open_clip_config.json} and {@code
   * vocab.txt}.
   *
   * @param folder created if it does not exist
   * @param config with {@link BiomedFamily#FORM}
   */
  public static void write(Path folder, ClipConfig config, long seed) {
    Folders.create(folder, "the folder of a CLIP", "try another folder");
    Safetensors.write(
        folder.resolve("open_clip_model.safetensors"), tensors(config, seed), Map.of());
    write(folder.resolve("open_clip_config.json"), settings(config).toPrettyString());
    write(folder.resolve("vocab.txt"), String.join("\n", vocabulary(config.vocabularySize())));
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

  private static void write(Path file, String text) {
    AtomicFile.write(file, out -> out.write((text + "\n").getBytes(StandardCharsets.UTF_8)));
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
    switch (name) {
      case "text_projection" -> {} // it has a hidden layer instead
      case "positional_embedding" ->
          tensors.add(tensor.withName(EMBEDDINGS + "position_embeddings.weight"));
      case "visual.class_embedding" ->
          tensors.add(tensor.reshaped(1, 1, shape[0]).withName("visual.trunk.cls_token"));
      case "visual.positional_embedding" ->
          tensors.add(tensor.reshaped(1, shape[0], shape[1]).withName("visual.trunk.pos_embed"));
      case "visual.proj" ->
          tensors.add(tensor.reshaped(shape[1], shape[0]).withName("visual.head.proj.weight"));
      default -> {
        String renamed =
            NAMES.entrySet().stream()
                .filter(e -> name.startsWith(e.getKey()))
                .findFirst()
                .map(e -> e.getValue() + name.substring(e.getKey().length()))
                .orElse(name);
        if (renamed.startsWith(LAYER)) {
          addLayer(tensors, tensor, renamed);
        } else {
          tensors.add(tensor.withName(timm(renamed)));
        }
      }
    }
  }

  private static String timm(String name) {
    return name.replace("ln_1.", "norm1.")
        .replace("ln_2.", "norm2.")
        .replace("attn.in_proj_", "attn.qkv.")
        .replace("attn.out_proj.", "attn.proj.")
        .replace("mlp.c_fc.", "mlp.fc1.")
        .replace("mlp.c_proj.", "mlp.fc2.");
  }

  private static void addLayer(List<StoredTensor> tensors, StoredTensor tensor, String name) {
    if (!name.contains("in_proj_")) {
      tensors.add(
          tensor.withName(
              name.replace("ln_1.", "attention.output.LayerNorm.")
                  .replace("ln_2.", "output.LayerNorm.")
                  .replace("attn.out_proj.", "attention.output.dense.")
                  .replace("mlp.c_fc.", "intermediate.dense.")
                  .replace("mlp.c_proj.", "output.dense.")));
      return;
    }
    long[] shape = tensor.shape();
    shape[0] /= 3;
    float[] values = tensor.toFloats();
    int length = values.length / 3;
    String[] parts = {"query.", "key.", "value."};
    for (int i = 0; i < parts.length; i++) {
      tensors.add(
          StoredTensor.ofFloats(
              name.replace("attn.in_proj_", "attention.self." + parts[i]),
              shape,
              Arrays.copyOfRange(values, i * length, (i + 1) * length)));
    }
  }

  /** Returns the content of {@code open_clip_config.json}. */
  public static JsonNode settings(ClipConfig config) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ObjectNode model = json.putObject("model_cfg").put("embed_dim", config.embedDim());
    model
        .putObject("vision_cfg")
        .put("timm_model_name", "vit_base_patch16_224")
        .put("timm_pool", "")
        .put("timm_proj", "linear")
        .put("image_size", config.imageResolution())
        .putObject("timm_model_kwargs")
        .put("num_heads", config.vision().heads());
    model
        .putObject("text_cfg")
        .put("hf_model_name", "bert")
        .put("hf_proj_type", "mlp")
        .put("hf_pooler_type", "cls_last_hidden_state_pooler")
        .put("context_length", config.contextLength())
        .putObject("hf_model_config")
        .put("num_attention_heads", config.textHeads());
    return json;
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
    if (size < pieces.size()) {
      throw new IllegalArgumentException("vocabulary: expected at least " + pieces.size());
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
