package org.kgcoop.clip.untrained;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.Tokenizers;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.Folders;
import org.kgcoop.files.Json;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;

/**
 * A writer of untrained models of all families, with {@link InitialWeights}. Such a model
 * recognizes nothing, but all code for a trained CLIP works with it, in milliseconds and without a
 * download.
 *
 * <p>The tokenizer of a CLIP is the beginning of OpenAI's: as many of the first merges as fit into
 * the vocabulary. The tokenizer of a SigLIP has letters and digits, then pieces of several. The
 * tokenizer of a BiomedCLIP has single characters, then combinations of them. The bytes depend only
 * on the configuration and the seed.
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
   * Writes a model in the files of its family: the weights, the tokenizer and the settings. Only a
   * PE-Core has no settings, because its layout is Meta's.
   *
   * @param folder created if it does not exist
   */
  public static void write(Path folder, ClipConfig config, long seed) {
    ClipConfig.TextForm form = config.text().form();
    int vocabulary = config.vocabularySize();
    String tokenizer =
        form.isBert()
            ? RandomBiomedClip.vocabulary(vocabulary)
            : form.readsLast() ? unigram(vocabulary) : merges(vocabulary);
    List<StoredTensor> tensors = tensors(config, seed);
    Folders.create(folder, "the folder of a CLIP", "try another folder");
    String weights = form.isBert() ? "open_clip_model.safetensors" : "model.safetensors";
    Safetensors.write(folder.resolve(weights), tensors, Map.of());
    String name = form.isBert() ? "vocab.txt" : form.readsLast() ? "tokenizer.json" : "merges.txt";
    writeText(folder.resolve(name), tokenizer);
    settings(config).forEach((file, text) -> writeText(folder.resolve(file), text));
  }

  /**
   * Creates a model in memory, which has no tokenizer of its own.
   *
   * @param path the name in messages; nothing is written
   */
  public static WeightFile of(Path path, ClipConfig config, long seed) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    tensors(config, seed).forEach(tensor -> tensors.put(tensor.name(), tensor));
    Map<String, JsonNode> configs = new LinkedHashMap<>();
    settings(config).forEach((file, text) -> configs.put(file, json(text)));
    return new WeightFile(
        path, WeightFile.Format.SAFETENSORS, tensors, Map.of(), List.of(), configs);
  }

  private static List<StoredTensor> tensors(ClipConfig config, long seed) {
    return config.text().form().isBert()
        ? RandomBiomedClip.tensors(config, seed)
        : InitialWeights.of(config, seed);
  }

  /** Returns the files with the settings that do not follow from the weights. */
  private static Map<String, String> settings(ClipConfig config) {
    if (config.imageForm().rotary()) {
      return Map.of();
    }
    ClipConfig.TextForm form = config.text().form();
    return form.readsLast()
        ? Map.of("config.json", siglipConfig(config))
        : Map.of(
            "open_clip_config.json",
            form.isBert() ? RandomBiomedClip.settings(config) : configuration(config));
  }

  private static JsonNode json(String text) {
    try {
      return Json.LENIENT.readTree(text);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void writeText(Path file, String text) {
    AtomicFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Returns the first lines of OpenAI's merges. */
  private static String merges(int vocabulary) {
    List<String> released = Tokenizers.releasedMerges();
    return String.join("\n", released.subList(0, 1 + vocabulary - SMALLEST_VOCABULARY)) + "\n";
  }

  /** Creates a tokenizer of this many pieces. Longer ones are less probable. */
  private static String unigram(int vocabulary) {
    List<String> pieces = new ArrayList<>(List.of("\u2581"));
    String letters = "abcdefghijklmnopqrstuvwxyz0123456789";
    for (int from = 0; pieces.size() < vocabulary; from++) {
      String beginning = from == 0 ? "" : pieces.get(from - 1);
      letters.chars().forEach(letter -> pieces.add(beginning + (char) letter));
    }
    List<String> special = List.of("<pad>", "</s>", "<unk>");
    String added =
        special.stream()
            .map(
                piece ->
                    "{\"id\": %s, \"content\": \"%s\", \"special\": true}"
                        .formatted(special.indexOf(piece), piece))
            .collect(Collectors.joining(", "));
    String vocab =
        Stream.concat(
                special.stream().map(piece -> "[\"%s\", 0]".formatted(piece)),
                pieces.subList(0, vocabulary - special.size()).stream()
                    .map(piece -> "[\"%s\", %s]".formatted(piece, -2 - piece.length())))
            .collect(Collectors.joining(","));
    return """
        {"added_tokens": [%s],
         "model": {"type": "Unigram", "unk_id": 2, "vocab":[%s]}}
        """
        .formatted(added, vocab);
  }

  /** Creates SigLIP's {@code config.json}. */
  private static String siglipConfig(ClipConfig config) {
    return """
        {"model_type": "siglip",
         "text_config": {"num_attention_heads": %s, "hidden_act": "%s", "layer_norm_eps": %s},
         "vision_config": {"num_attention_heads": %s, "hidden_act": "%s", "layer_norm_eps": %s,
                           "image_size": %s}}
        """
        .formatted(
            config.textHeads(),
            config.text().activation().name().toLowerCase(Locale.ROOT),
            config.text().epsilon(),
            config.vision().heads(),
            config.visionActivation().name().toLowerCase(Locale.ROOT),
            config.visionEpsilon(),
            config.imageResolution());
  }

  private static String configuration(ClipConfig config) {
    ClipConfig.Vision vision = config.vision();
    return """
        {"model_cfg": {"quick_gelu": %s,
          "text_cfg": {"heads": %s, "no_causal_mask": %s, "norm_kwargs": {"eps": %s}},
          "vision_cfg": {"width": %s, "head_width": %s, "norm_kwargs": {"eps": %s}%s}},
         "preprocess_cfg": {"mean": %s, "std": %s}}
        """
        .formatted(
            config.text().activation() == Activation.QUICK_GELU,
            config.textHeads(),
            !config.text().form().isCausal(),
            config.text().epsilon(),
            vision.width(),
            InitialWeights.poolChannels(config) / vision.heads(),
            config.visionEpsilon(),
            vision instanceof ClipConfig.ResNet net ? ", \"layers\": " + net.layers() : "",
            perChannel(Preprocessing.CLIP_MEAN, config.channels()),
            perChannel(Preprocessing.CLIP_STD, config.channels()));
  }

  /** Returns the values of colors, or their mean for grey images. */
  private static List<Double> perChannel(List<Double> colors, int channels) {
    return channels == colors.size()
        ? colors
        : List.of(colors.stream().mapToDouble(v -> v).average().orElseThrow());
  }
}
