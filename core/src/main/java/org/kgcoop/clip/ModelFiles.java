package org.kgcoop.clip;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.Interpolation;
import org.kgcoop.data.Preprocessing;
import org.kgcoop.io.WeightFile;

/**
 * What the files beside the weights say: activation, heads, preprocessing, tokenizer. Where they
 * say nothing the rules of the released files hold, and {@link #assumed} lists them.
 */
final class ModelFiles {
  private static final List<String> TOKENIZERS = List.of("tokenizer.json", "merges.txt");

  private final Path path;
  private final Map<String, JsonNode> configs;
  private final List<String> assumed = new ArrayList<>();

  ModelFiles(WeightFile file) {
    this.path = file.path();
    this.configs = file.configs();
  }

  /** What was taken from the rules of the released files, each a line. */
  List<String> assumed() {
    return List.copyOf(assumed);
  }

  ClipConfig.Stated stated() {
    JsonNode hugging = config("config.json");
    if (hugging.path("text_config").isObject() && hugging.path("vision_config").isObject()) {
      JsonNode text = hugging.path("text_config");
      JsonNode vision = hugging.path("vision_config");
      return new ClipConfig.Stated(
          Activation.ofName(text.path("hidden_act").asText("quick_gelu")),
          text.path("num_attention_heads").asInt(0),
          vision.path("num_attention_heads").asInt(0));
    }
    JsonNode open = openClip();
    if (open.isObject()) {
      JsonNode vision = open.path("vision_cfg");
      int headWidth = vision.path("head_width").asInt(0);
      // A list of layers is a ResNet, whose attention is 32 times as wide as its stem.
      int pooled = vision.path("layers").isArray() ? 32 : 1;
      return new ClipConfig.Stated(
          open.path("quick_gelu").asBoolean(false) ? Activation.QUICK_GELU : Activation.GELU,
          open.path("text_cfg").path("heads").asInt(0),
          headWidth > 0 && vision.path("width").isInt()
              ? pooled * vision.path("width").asInt() / headWidth
              : 0);
    }
    assumed.add("activation QuickGELU, heads of 64 (no config.json or open_clip_config.json)");
    return ClipConfig.Stated.RELEASED;
  }

  /** OpenCLIP writes the model's settings under {@code model_cfg}, or alone. */
  private JsonNode openClip() {
    JsonNode file = config("open_clip_config.json");
    return file.has("model_cfg") ? file.path("model_cfg") : file;
  }

  Preprocessing preprocessing(ClipConfig config) {
    JsonNode hugging = config("preprocessor_config.json");
    if (hugging.has("image_mean")) {
      return preprocessing(
          config,
          doubles(hugging.path("image_mean")),
          doubles(hugging.path("image_std")),
          hugging.path("resample").asInt(3) == 2 ? Interpolation.BILINEAR : Interpolation.BICUBIC,
          "preprocessor_config.json");
    }
    JsonNode open = config("open_clip_config.json").path("preprocess_cfg");
    if (open.has("mean")) {
      return preprocessing(
          config,
          doubles(open.path("mean")),
          doubles(open.path("std")),
          open.path("interpolation").asText("bicubic").equals("bilinear")
              ? Interpolation.BILINEAR
              : Interpolation.BICUBIC,
          "open_clip_config.json");
    }
    assumed.add("CLIP's mean, deviation and bicubic resizing (no preprocessor_config.json)");
    Preprocessing released = Preprocessing.clip(config.imageResolution());
    if (config.channels() == 3) {
      return released;
    }
    return new Preprocessing(
        config.imageResolution(),
        config.channels(),
        List.of(mean(Preprocessing.CLIP_MEAN)),
        List.of(mean(Preprocessing.CLIP_STD)),
        Interpolation.BICUBIC);
  }

  private Preprocessing preprocessing(
      ClipConfig config,
      List<Double> mean,
      List<Double> std,
      Interpolation interpolation,
      String file) {
    try {
      return new Preprocessing(
          config.imageResolution(), config.channels(), mean, std, interpolation);
    } catch (IllegalArgumentException e) {
      throw KgCoopException.weights(path + ": " + file + ": " + e.getMessage(), e);
    }
  }

  /** The tokenizer beside the weights, else the released one. */
  Tokenizer tokenizer(ClipConfig config) {
    Path folder = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
    for (String name : TOKENIZERS) {
      if (folder != null && Files.isRegularFile(folder.resolve(name))) {
        return checked(Tokenizer.read(folder.resolve(name)), config, folder.resolve(name));
      }
    }
    assumed.add("the released tokenizer (no merges.txt or tokenizer.json)");
    return checked(Tokenizer.released(), config, Path.of("the released tokenizer"));
  }

  static Tokenizer checked(Tokenizer tokenizer, ClipConfig config, Path source) {
    if (tokenizer.vocabularySize() != config.vocabularySize()) {
      throw KgCoopException.weights(
          source
              + " has "
              + tokenizer.vocabularySize()
              + " token ids, the weights "
              + config.vocabularySize()
              + ": put the model's own merges.txt or tokenizer.json beside the weights");
    }
    return tokenizer;
  }

  private JsonNode config(String name) {
    return configs.getOrDefault(name, MissingNode.getInstance());
  }

  private static List<Double> doubles(JsonNode array) {
    List<Double> values = new ArrayList<>();
    array.forEach(v -> values.add(v.asDouble()));
    return values;
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }
}
