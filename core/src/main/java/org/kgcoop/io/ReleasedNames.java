package org.kgcoop.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FileErrors;

/**
 * A conversion of weights of any origin to the tensor names, shapes and orientation of OpenAI's
 * CLIP files. It only renames and reorders. Missing or unexpected tensors are left to the checks of
 * the model.
 *
 * <ul>
 *   <li>Hugging Face ({@code text_model.*}, {@code vision_model.*}): query, key and value are
 *       joined to {@code attn.in_proj_*}. The two projections, stored as (E, W), are transposed to
 *       (W, E).
 *   <li>OpenCLIP: released names, with the text encoder optionally below {@code text.}. Buffers of
 *       the causal mask are dropped.
 *   <li>timm's image encoder under OpenCLIP ({@code visual.trunk.*}).
 * </ul>
 *
 * <p>SigLIP has tensors that no CLIP has: {@code text_projection.bias}, {@code visual.conv1.bias},
 * {@code logit_bias} and, for its attention pooling, {@code visual.pool.} followed by {@code probe}
 * (1, W), {@code attn.in_proj_*}, {@code attn.out_proj}, {@code ln}, {@code mlp.c_fc} and {@code
 * mlp.c_proj}.
 */
public final class ReleasedNames {

  private static final Set<String> SCALARS =
      Set.of("input_resolution", "context_length", "vocab_size");

  private static final String HEAD = "visual.head.proj."; // OpenCLIP's, after timm's encoder
  private static final String TRUNK = "visual.trunk.";
  private static final String POOL = "visual.pool.";
  private static final String PROBE = POOL + "probe";

  /** Complete names, without {@code .weight} and {@code .bias}. */
  private static final Map<String, String> HUGGING_FACE =
      Map.ofEntries(
          Map.entry("text_model.embeddings.token_embedding", "token_embedding"),
          Map.entry("text_model.embeddings.position_embedding.weight", "positional_embedding"),
          Map.entry("text_model.final_layer_norm", "ln_final"),
          Map.entry("vision_model.embeddings.class_embedding", "visual.class_embedding"),
          Map.entry("vision_model.embeddings.patch_embedding", "visual.conv1"),
          Map.entry(
              "vision_model.embeddings.position_embedding.weight", "visual.positional_embedding"),
          // the misspelling is in the files
          Map.entry("vision_model.pre_layrnorm", "visual.ln_pre"),
          Map.entry("vision_model.post_layernorm", "visual.ln_post"),
          Map.entry("visual_projection", "visual.proj"),
          Map.entry("text_model.head", "text_projection"),
          Map.entry("vision_model.head.probe", PROBE),
          Map.entry("vision_model.head.attention.in_proj_weight", POOL + "attn.in_proj_weight"),
          Map.entry("vision_model.head.attention.in_proj_bias", POOL + "attn.in_proj_bias"),
          Map.entry("vision_model.head.attention.out_proj", POOL + "attn.out_proj"),
          Map.entry("vision_model.head.layernorm", POOL + "ln"),
          Map.entry("vision_model.head.mlp.fc1", POOL + "mlp.c_fc"),
          Map.entry("vision_model.head.mlp.fc2", POOL + "mlp.c_proj"));

  /** timm's names below {@code visual.trunk.}, in the same form. */
  private static final Map<String, String> TIMM =
      Map.ofEntries(
          Map.entry("patch_embed.proj", "visual.conv1"),
          Map.entry("pos_embed", "visual.positional_embedding"),
          Map.entry("cls_token", "visual.class_embedding"),
          Map.entry("norm_pre", "visual.ln_pre"),
          Map.entry("head", "visual.proj"),
          Map.entry("norm", "visual.ln_post"),
          Map.entry("attn_pool.latent", PROBE),
          Map.entry("attn_pool.proj", POOL + "attn.out_proj"),
          Map.entry("attn_pool.norm", POOL + "ln"),
          Map.entry("attn_pool.mlp.fc1", POOL + "mlp.c_fc"),
          Map.entry("attn_pool.mlp.fc2", POOL + "mlp.c_proj"));

  private static final Map<String, String> IN_TIMM_BLOCK =
      Map.of(
          "norm1.", "ln_1.",
          "attn.qkv.", "attn.in_proj_",
          "attn.proj.", "attn.out_proj.",
          "norm2.", "ln_2.",
          "mlp.fc1.", "mlp.c_fc.",
          "mlp.fc2.", "mlp.c_proj.");

  private static final Pattern TIMM_BLOCK =
      Pattern.compile("blocks\\.(\\d+)\\.(.+\\.)(weight|bias)");

  private static final Map<String, String> IN_LAYER =
      Map.of(
          "self_attn.out_proj", "attn.out_proj",
          "layer_norm1", "ln_1",
          "layer_norm2", "ln_2",
          "mlp.fc1", "mlp.c_fc",
          "mlp.fc2", "mlp.c_proj");

  private static final Pattern LAYER =
      Pattern.compile("(text|vision)_model\\.encoder\\.layers\\.(\\d+)\\.(.+)\\.(weight|bias)");

  private static final Pattern QUERY = Pattern.compile("(.*\\.self_attn\\.)q_proj\\.(weight|bias)");

  private ReleasedNames() {}

  /**
   * Returns the weights under released names.
   *
   * @throws KgCoopException if tensors that belong together do not fit together
   */
  public static WeightFile of(WeightFile file) {
    Map<String, String> metadata = new LinkedHashMap<>(file.metadata());
    Map<String, StoredTensor> tensors =
        withoutScalars(withoutModulePrefix(file.tensors()), metadata);
    boolean huggingFace =
        tensors.keySet().stream()
            .anyMatch(n -> n.startsWith("text_model.") || n.startsWith("vision_model."));
    return new WeightFile(
        file.path(),
        file.format(),
        shaped(file, huggingFace ? fromHuggingFace(file, tensors) : fromOpenClip(file, tensors)),
        metadata,
        file.skipped(),
        file.configs());
  }

  /** Removes the prefix {@code module.} of data-parallel training, if all names have it. */
  static Map<String, StoredTensor> withoutModulePrefix(Map<String, StoredTensor> tensors) {
    Map<String, StoredTensor> result = tensors;
    while (!result.isEmpty() && result.keySet().stream().allMatch(n -> n.startsWith("module."))) {
      Map<String, StoredTensor> shorter = new LinkedHashMap<>();
      result.forEach((n, t) -> put(shorter, n.substring("module.".length()), t));
      result = shorter;
    }
    return result;
  }

  /** Moves the three scalars of OpenAI's archives to the metadata. */
  static Map<String, StoredTensor> withoutScalars(
      Map<String, StoredTensor> tensors, Map<String, String> metadata) {
    Map<String, StoredTensor> result = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (SCALARS.contains(name) && tensor.elements() == 1) {
            metadata.put(
                name,
                tensor.dtype().isFloating()
                    ? Float.toString(tensor.toFloats()[0])
                    : Long.toString(tensor.toLong()));
          } else {
            result.put(name, tensor);
          }
        });
    return result;
  }

  private static void put(Map<String, StoredTensor> map, String name, StoredTensor tensor) {
    map.put(name, tensor.withName(name));
  }

  /** Converts tensors to the released orientation and number of axes. */
  private static Map<String, StoredTensor> shaped(
      WeightFile file, Map<String, StoredTensor> tensors) {
    Map<String, StoredTensor> result = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          switch (name) {
            case "text_projection.weight", "visual.proj.weight" -> // (E, W)
                put(
                    result,
                    name.substring(0, name.length() - ".weight".length()),
                    transposed(file, tensor));
            case "logit_scale", "logit_bias" ->
                put(result, name, tensor.elements() == 1 ? tensor.reshaped() : tensor);
            case PROBE, "visual.positional_embedding" -> put(result, name, last(2, tensor));
            case "visual.class_embedding" -> put(result, name, last(1, tensor));
            default -> put(result, name, tensor);
          }
        });
    return result;
  }

  /** Drops leading axes of length 1. */
  private static StoredTensor last(int axes, StoredTensor tensor) {
    long[] shape = tensor.shape();
    int extra = shape.length - axes;
    boolean ones = extra > 0 && Arrays.stream(shape, 0, extra).allMatch(length -> length == 1);
    return ones ? tensor.reshaped(Arrays.copyOfRange(shape, extra, shape.length)) : tensor;
  }

  private static Map<String, StoredTensor> fromOpenClip(
      WeightFile file, Map<String, StoredTensor> tensors) {
    Map<String, StoredTensor> rest = new LinkedHashMap<>(tensors);
    Map<String, StoredTensor> result = new LinkedHashMap<>();
    for (String kind : List.of("weight", "bias")) {
      List<String> parts = List.of(TRUNK + "attn_pool.q." + kind, TRUNK + "attn_pool.kv." + kind);
      @Nullable StoredTensor joined = joined(file, rest, parts);
      if (joined != null) {
        parts.forEach(rest::remove);
        put(result, POOL + "attn.in_proj_" + kind, joined);
      }
    }
    rest.forEach(
        (name, tensor) -> {
          String released = name.startsWith("text.") ? name.substring("text.".length()) : name;
          if (released.startsWith(TRUNK)) {
            put(result, timm(released), tensor);
          } else if (released.startsWith(HEAD)) {
            put(result, "visual.proj." + released.substring(HEAD.length()), tensor);
          } else if (!released.equals("attn_mask")) {
            put(result, released, tensor);
          }
        });
    return result;
  }

  private static String timm(String name) {
    String below = name.substring(TRUNK.length());
    Matcher block = TIMM_BLOCK.matcher(below);
    if (block.matches()) {
      String layer = IN_TIMM_BLOCK.get(block.group(2));
      return layer == null
          ? name
          : "visual.transformer.resblocks." + block.group(1) + "." + layer + block.group(3);
    }
    String whole = whole(TIMM, below);
    return whole == null ? name : whole;
  }

  /** Looks up a complete name, or a name without its last part; null if neither is known. */
  private static @Nullable String whole(Map<String, String> names, String name) {
    String whole = names.get(name);
    int dot = name.lastIndexOf('.');
    String stem = whole != null || dot < 0 ? null : names.get(name.substring(0, dot));
    return stem == null ? whole : stem + name.substring(dot);
  }

  private static Map<String, StoredTensor> fromHuggingFace(
      WeightFile file, Map<String, StoredTensor> tensors) {
    Map<String, StoredTensor> rest = new LinkedHashMap<>(tensors);
    Map<String, StoredTensor> result = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (!rest.containsKey(name) || name.endsWith(".embeddings.position_ids")) {
            return; // already joined to an earlier one, or not a weight
          }
          Matcher query = QUERY.matcher(name);
          if (query.matches()) {
            List<String> parts = List.of(name, part(query, "k_proj"), part(query, "v_proj"));
            @Nullable StoredTensor joined = joined(file, rest, parts);
            if (joined == null) {
              result.put(name, tensor);
            } else {
              parts.forEach(rest::remove);
              parts.forEach(result::remove);
              String layer = layer(query.group(1) + "out_proj." + query.group(2));
              put(result, layer.replace(".out_proj.", ".in_proj_"), joined);
            }
          } else {
            put(result, hugging(name), tensor);
          }
        });
    return result;
  }

  private static String part(Matcher query, String projection) {
    return query.group(1) + projection + "." + query.group(2);
  }

  private static String hugging(String name) {
    String whole = whole(HUGGING_FACE, name);
    return whole == null ? layer(name) : whole;
  }

  private static String layer(String name) {
    Matcher layer = LAYER.matcher(name);
    if (!layer.matches() || !IN_LAYER.containsKey(layer.group(3))) {
      return name;
    }
    return "%stransformer.resblocks.%s.%s.%s"
        .formatted(
            layer.group(1).equals("text") ? "" : "visual.",
            layer.group(2),
            IN_LAYER.get(layer.group(3)),
            layer.group(4));
  }

  /**
   * Stacks query, key and value; null if one of them is missing.
   *
   * @param names three names, or the query and the two others in one
   */
  private static @Nullable StoredTensor joined(
      WeightFile file, Map<String, StoredTensor> tensors, List<String> names) {
    List<StoredTensor> parts = new ArrayList<>();
    int bytes = 0;
    for (String name : names) {
      StoredTensor part = tensors.get(name);
      if (part == null) {
        return null;
      }
      parts.add(part);
      bytes = Math.addExact(bytes, part.data().remaining());
    }
    StoredTensor first = parts.get(0);
    long[] shape = first.shape();
    if (shape.length == 0) {
      throw FileErrors.refused(file.path(), first + " is a scalar; expected rows");
    }
    long[] later = shape.clone(); // key, value, or both in one
    later[0] *= 2 / (names.size() - 1);
    shape[0] *= 3;
    // Direct memory, which a tensor can use without a copy.
    ByteBuffer all = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (StoredTensor part : parts) {
      if (part.dtype() != first.dtype()
          || !Arrays.equals(part.shape(), part == first ? first.shape() : later)) {
        throw FileErrors.refused(
            file.path(),
            "query, key and value do not fit together: %s and %s; expected one type and shape"
                .formatted(first, part));
      }
      all.put(part.data());
    }
    return new StoredTensor(first.name(), first.dtype(), shape, all.flip());
  }

  /** Transposes (rows, columns) to (columns, rows). */
  private static StoredTensor transposed(WeightFile file, StoredTensor tensor) {
    long[] shape = tensor.shape();
    if (shape.length != 2) {
      throw FileErrors.refused(file.path(), tensor + " is not a matrix; expected (E, W)");
    }
    int rows = (int) shape[0];
    int columns = (int) shape[1];
    int width = tensor.dtype().bytes();
    ByteBuffer source = tensor.data();
    byte[] target = new byte[source.remaining()];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        source.get((r * columns + c) * width, target, (c * rows + r) * width, width);
      }
    }
    return new StoredTensor(
        tensor.name(), tensor.dtype(), new long[] {columns, rows}, ByteBuffer.wrap(target));
  }
}
