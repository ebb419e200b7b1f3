package org.kgcoop.clip;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kgcoop.files.FileErrors;
import org.kgcoop.io.StateDictNames;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;

/**
 * The names of a family's tensors in files, and their released names, which are those of OpenAI's
 * CLIP files. A conversion renames, joins and reorders. Missing or unexpected tensors are left to
 * the checks of the model.
 *
 * <p>A rule is a line {@code name -> released name}. In both, {@code #} is the number of a block,
 * and {@code *} is {@code weight} or {@code bias}. A final {@code **} is the rest of any name.
 * {@code a + b + c -> d} stacks the rows of several tensors. A tensor without a released name is
 * dropped. The first rule that applies is used; a tensor without a rule keeps its name.
 */
public final class TensorNames {
  /** The rules of OpenCLIP's text encoders. */
  public static final String OPEN_CLIP_TEXT =
      """
      attn_mask ->
      text.attn_mask ->
      text.** -> **
      """;

  /** The rules of Hugging Face's encoders, without the parts around their blocks. */
  public static final String HUGGING_FACE =
      """
      text_model.embeddings.token_embedding.weight -> token_embedding.weight
      text_model.embeddings.position_embedding.weight -> positional_embedding
      text_model.embeddings.position_ids ->
      text_model.final_layer_norm.* -> ln_final.*
      vision_model.embeddings.patch_embedding.* -> visual.conv1.*
      vision_model.embeddings.position_embedding.weight -> visual.positional_embedding
      vision_model.embeddings.position_ids ->
      vision_model.post_layernorm.* -> visual.ln_post.*
      """
          + huggingFaceBlock("text_model.", "")
          + huggingFaceBlock("vision_model.", "visual.");

  /**
   * The rules of timm's vision transformers under OpenCLIP, without the parts around the blocks.
   */
  public static final String TIMM =
      """
      visual.trunk.patch_embed.proj.* -> visual.conv1.*
      visual.trunk.pos_embed -> visual.positional_embedding
      visual.trunk.norm.* -> visual.ln_post.*
      visual.trunk.blocks.#.norm1.* -> visual.transformer.resblocks.#.ln_1.*
      visual.trunk.blocks.#.attn.qkv.* -> visual.transformer.resblocks.#.attn.in_proj_*
      visual.trunk.blocks.#.attn.proj.* -> visual.transformer.resblocks.#.attn.out_proj.*
      visual.trunk.blocks.#.norm2.* -> visual.transformer.resblocks.#.ln_2.*
      visual.trunk.blocks.#.mlp.fc1.* -> visual.transformer.resblocks.#.mlp.c_fc.*
      visual.trunk.blocks.#.mlp.fc2.* -> visual.transformer.resblocks.#.mlp.c_proj.*
      """;

  /** The rules of timm's attention pooling under OpenCLIP. */
  public static final String TIMM_POOL =
      """
      visual.trunk.attn_pool.latent -> visual.pool.probe
      visual.trunk.attn_pool.q.* + visual.trunk.attn_pool.kv.* -> visual.pool.attn.in_proj_*
      visual.trunk.attn_pool.proj.* -> visual.pool.attn.out_proj.*
      visual.trunk.attn_pool.norm.* -> visual.pool.ln.*
      visual.trunk.attn_pool.mlp.fc1.* -> visual.pool.mlp.c_fc.*
      visual.trunk.attn_pool.mlp.fc2.* -> visual.pool.mlp.c_proj.*
      """;

  private final List<Rule> rules;

  /** Creates names from rules, one per line. */
  public TensorNames(String... rules) {
    this.rules = String.join("", rules).lines().map(Rule::parse).toList();
  }

  private static String huggingFaceBlock(String encoder, String released) {
    return """
        <from>self_attn.q_proj.* + <from>self_attn.k_proj.* + <from>self_attn.v_proj.* -> <to>attn.in_proj_*
        <from>self_attn.out_proj.* -> <to>attn.out_proj.*
        <from>layer_norm1.* -> <to>ln_1.*
        <from>layer_norm2.* -> <to>ln_2.*
        <from>mlp.fc1.* -> <to>mlp.c_fc.*
        <from>mlp.fc2.* -> <to>mlp.c_proj.*
        """
        .replace("<from>", encoder + "encoder.layers.#.")
        .replace("<to>", released + "transformer.resblocks.#.");
  }

  /**
   * A rule.
   *
   * @param first matches the first name
   * @param names all names in the file, with references to the wildcards of the first
   * @param released the released name with such references, or ""
   */
  private record Rule(Pattern first, List<String> names, String released) {
    static Rule parse(String line) {
      String[] sides = line.split(" ->", 2);
      List<String> names = List.of(sides[0].strip().split(" \\+ ", -1));
      String pattern =
          Pattern.quote(names.get(0))
              .replace("**", "\\E(?<rest>.+)\\Q")
              .replace("*", "\\E(?<kind>weight|bias)\\Q")
              .replace("#", "\\E(?<number>\\d+)\\Q");
      return new Rule(
          Pattern.compile("\\A" + pattern + "\\z"),
          names.stream().map(Rule::replacement).toList(),
          replacement(sides[1].strip()));
    }

    /** Returns a name whose wildcards are references to the parts of the first name. */
    private static String replacement(String name) {
      return name.replace("**", "${rest}").replace("*", "${kind}").replace("#", "${number}");
    }
  }

  /**
   * Returns the weights under released names.
   *
   * @throws org.kgcoop.KgCoopException if tensors that belong together do not fit together
   */
  public WeightFile released(WeightFile file) {
    WeightFile plain = StateDictNames.plain(file);
    Map<String, StoredTensor> rest = new LinkedHashMap<>(plain.tensors());
    Map<String, StoredTensor> result = new LinkedHashMap<>();
    for (Rule rule : rules) {
      if (rule.names().size() > 1) {
        for (String name : List.copyOf(rest.keySet())) {
          Matcher matcher = rule.first().matcher(name);
          List<String> names = rule.names().stream().map(matcher::replaceFirst).toList();
          if (matcher.matches() && rest.keySet().containsAll(names)) {
            List<StoredTensor> parts = names.stream().map(rest::get).toList();
            names.forEach(rest::remove);
            put(result, file, matcher.replaceFirst(rule.released()), stacked(file, parts));
          }
        }
      }
    }
    rest.forEach(
        (name, tensor) -> {
          String released = released(name);
          if (!released.isEmpty()) {
            put(result, file, released, tensor);
          }
        });
    return plain.with(result);
  }

  /** Returns the released name of a tensor, or "" if it is dropped. */
  private String released(String name) {
    for (Rule rule : rules) {
      Matcher matcher = rule.first().matcher(name);
      if (rule.names().size() == 1 && matcher.matches()) {
        return matcher.replaceFirst(rule.released());
      }
    }
    return name;
  }

  /** Adds a tensor in the released orientation and number of axes. */
  private static void put(
      Map<String, StoredTensor> result, WeightFile file, String name, StoredTensor tensor) {
    String released = name;
    StoredTensor shaped = tensor;
    switch (name) {
      case "text_projection.weight", "visual.proj.weight" -> { // (E, W)
        released = name.substring(0, name.length() - ".weight".length());
        shaped = transposed(file, tensor);
      }
      case "logit_scale", "logit_bias" ->
          shaped = tensor.elements() == 1 ? tensor.reshaped() : tensor;
      case "visual.pool.probe", "visual.positional_embedding" -> shaped = last(2, tensor);
      case "visual.class_embedding" -> shaped = last(1, tensor);
      default -> {}
    }
    result.put(released, shaped.withName(released));
  }

  /** Drops leading axes of length 1. */
  private static StoredTensor last(int axes, StoredTensor tensor) {
    long[] shape = tensor.shape();
    int extra = shape.length - axes;
    boolean ones = extra > 0 && Arrays.stream(shape, 0, extra).allMatch(length -> length == 1);
    return ones ? tensor.reshaped(Arrays.copyOfRange(shape, extra, shape.length)) : tensor;
  }

  /** Stacks the rows of tensors. */
  private static StoredTensor stacked(WeightFile file, List<StoredTensor> parts) {
    StoredTensor first = parts.get(0);
    long[] shape = first.shape();
    if (shape.length == 0) {
      throw FileErrors.refused(file.path(), first + " is a scalar; expected rows");
    }
    for (StoredTensor part : parts) {
      long[] other = part.shape();
      if (part.dtype() != first.dtype()
          || other.length != shape.length
          || shape[0] < 1
          || other[0] % shape[0] != 0
          || !Arrays.equals(other, 1, other.length, shape, 1, shape.length)) {
        throw FileErrors.refused(
            file.path(),
            "query, key and value do not fit together: %s and %s; expected one type and shape"
                .formatted(first, part));
      }
    }
    shape[0] = parts.stream().mapToLong(part -> part.shape()[0]).sum();
    int bytes = parts.stream().mapToInt(StoredTensor::byteCount).reduce(0, Math::addExact);
    // Direct memory, which a tensor can use without a copy.
    ByteBuffer all = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    parts.forEach(part -> part.copyTo(all));
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
