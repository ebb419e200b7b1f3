package org.kgcoop.clip;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.Folders;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.StoredTensor;

/**
 * A writer of untrained CLIP models with {@link InitialWeights}. Such a model recognizes nothing,
 * but all code for a trained CLIP works with it, in milliseconds and without a download.
 *
 * <p>The tokenizer of a CLIP is the beginning of OpenAI's: as many of the first merges as fit into
 * the vocabulary. The tokenizer of a SigLIP has letters and digits, then pieces of several. The
 * bytes depend only on the configuration and the seed.
 */
public final class RandomClip {
  /** The smallest vocabulary: all bytes, all bytes at the end of a word, start and end. */
  public static final int SMALLEST_VOCABULARY = 514;

  /** A ViT of 0.3 million weights for images of 32 x 32 and texts of 77 tokens. */
  public static final ClipConfig TINY =
      new ClipConfig(
          64, 32, 3, 77, 1000, 64, 1, 2, Activation.QUICK_GELU, new ClipConfig.Vit(64, 2, 8, 1));

  private RandomClip() {}

  /**
   * Writes {@code model.safetensors} and {@code merges.txt}. It also writes {@code
   * open_clip_config.json} if the activation, a number of heads or the form is not the default. For
   * a SigLIP it writes {@code tokenizer.json} and {@code config.json} instead.
   *
   * @param folder created if it does not exist
   * @throws IllegalArgumentException if the sizes do not fit together
   */
  public static void write(Path folder, ClipConfig config, long seed) {
    boolean siglip = config.form().text().readsLast();
    List<String> merges = siglip ? List.of() : merges(config.vocabularySize());
    List<StoredTensor> tensors = InitialWeights.of(config, seed);
    Folders.create(folder, "the folder of a CLIP", "try another folder");
    Safetensors.write(folder.resolve("model.safetensors"), tensors, Map.of());
    if (siglip) {
      writeText(folder.resolve("tokenizer.json"), unigram(config.vocabularySize()) + "\n");
      writeText(folder.resolve("config.json"), siglipConfig(config).toPrettyString() + "\n");
      return;
    }
    writeText(folder.resolve("merges.txt"), String.join("\n", merges) + "\n");
    ObjectNode fileConfig = configuration(config);
    if (!fileConfig.isEmpty()) {
      writeText(folder.resolve("open_clip_config.json"), fileConfig.toPrettyString() + "\n");
    }
  }

  private static void writeText(Path file, String text) {
    AtomicFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Returns the first lines of OpenAI's merges. */
  private static List<String> merges(int vocabulary) {
    List<String> released = Vocabulary.releasedLines();
    int most = SMALLEST_VOCABULARY + released.size() - 1;
    if (vocabulary < SMALLEST_VOCABULARY || vocabulary > most) {
      throw new IllegalArgumentException(
          "vocabulary: expected " + SMALLEST_VOCABULARY + " to " + most + ", got " + vocabulary);
    }
    return released.subList(0, 1 + vocabulary - SMALLEST_VOCABULARY);
  }

  /** Creates a tokenizer of this many pieces. Longer ones are less probable. */
  private static ObjectNode unigram(int vocabulary) {
    List<String> pieces = new ArrayList<>(List.of("\u2581"));
    String letters = "abcdefghijklmnopqrstuvwxyz0123456789";
    for (int from = 0; pieces.size() < vocabulary; from++) {
      String beginning = from == 0 ? "" : pieces.get(from - 1);
      letters.chars().forEach(letter -> pieces.add(beginning + (char) letter));
    }
    if (vocabulary < 4 + letters.length()) {
      throw new IllegalArgumentException("vocabulary: expected at least " + (4 + letters.length()));
    }
    ObjectNode json = new ObjectMapper().createObjectNode();
    ObjectNode model = json.putObject("model").put("type", "Unigram").put("unk_id", 2);
    ArrayNode vocab = model.putArray("vocab");
    ArrayNode added = json.putArray("added_tokens");
    for (String special : List.of("<pad>", "</s>", "<unk>")) {
      added.addObject().put("id", vocab.size()).put("content", special).put("special", true);
      vocab.addArray().add(special).add(0);
    }
    for (String piece : pieces.subList(0, vocabulary - vocab.size())) {
      vocab.addArray().add(piece).add(-2 - piece.length());
    }
    return json;
  }

  /** Creates SigLIP's {@code config.json}. */
  private static ObjectNode siglipConfig(ClipConfig config) {
    ObjectNode json = new ObjectMapper().createObjectNode().put("model_type", "siglip");
    ClipConfig.Form form = config.form();
    json.putObject("text_config")
        .put("num_attention_heads", config.textHeads())
        .put("hidden_act", config.activation().name().toLowerCase(Locale.ROOT))
        .put("layer_norm_eps", form.textEpsilon());
    json.putObject("vision_config")
        .put("num_attention_heads", config.vision().heads())
        .put("hidden_act", config.visionActivation().name().toLowerCase(Locale.ROOT))
        .put("layer_norm_eps", form.visionEpsilon())
        .put("image_size", config.imageResolution());
    return json;
  }

  private static ObjectNode configuration(ClipConfig config) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    int channels = InitialWeights.poolChannels(config);
    boolean ruled =
        config.activation() == Activation.QUICK_GELU
            && config.textHeads() == Math.max(1, config.textWidth() / 64)
            && config.vision().heads() == Math.max(1, channels / 64)
            && config.form().equals(ClipConfig.Form.RELEASED);
    ruled |= config.form().image().rotary(); // whose settings follow from the tensors
    if (ruled) {
      return json;
    }
    ObjectNode model = json.putObject("model_cfg");
    model.put("quick_gelu", config.activation() == Activation.QUICK_GELU);
    ObjectNode text = model.putObject("text_cfg").put("heads", config.textHeads());
    text.put("no_causal_mask", !config.form().causal());
    text.putObject("norm_kwargs").put("eps", config.form().textEpsilon());
    ObjectNode vision = model.putObject("vision_cfg");
    vision.put("width", config.vision().width());
    vision.put("head_width", channels / config.vision().heads());
    vision.putObject("norm_kwargs").put("eps", config.form().visionEpsilon());
    if (config.vision() instanceof ClipConfig.ResNet resNet) {
      resNet.layers().forEach(vision.putArray("layers")::add);
    }
    return json;
  }
}
