package org.kgcoop.clip;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.Folders;
import org.kgcoop.image.view.Preprocessing;
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
   * Writes {@code model.safetensors}, {@code merges.txt} and {@code open_clip_config.json}. For a
   * SigLIP it writes {@code tokenizer.json} and {@code config.json} instead. A PE-Core has Meta's
   * layout, whose settings follow from the tensors.
   *
   * @param folder created if it does not exist
   */
  public static void write(Path folder, ClipConfig config, long seed) {
    boolean siglip = config.text().form().readsLast();
    List<String> merges = siglip ? List.of() : merges(config.vocabularySize());
    List<StoredTensor> tensors = InitialWeights.of(config, seed);
    Folders.create(folder, "the folder of a CLIP", "try another folder");
    Safetensors.write(folder.resolve("model.safetensors"), tensors, Map.of());
    if (siglip) {
      writeText(folder.resolve("tokenizer.json"), unigram(config.vocabularySize()));
      writeText(folder.resolve("config.json"), siglipConfig(config));
      return;
    }
    writeText(folder.resolve("merges.txt"), String.join("\n", merges) + "\n");
    if (!config.imageForm().rotary()) {
      writeText(folder.resolve("open_clip_config.json"), configuration(config));
    }
  }

  /** Writes a file next to weights. */
  public static void writeText(Path file, String text) {
    AtomicFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Returns the first lines of OpenAI's merges. */
  private static List<String> merges(int vocabulary) {
    List<String> released = Vocabulary.releasedLines();
    return released.subList(0, 1 + vocabulary - SMALLEST_VOCABULARY);
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
