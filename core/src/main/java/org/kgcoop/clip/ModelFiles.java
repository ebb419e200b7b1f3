package org.kgcoop.clip;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.view.Interpolation;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.io.WeightFile;

/**
 * The settings of the files beside the weights: activation, heads, preprocessing, tokenizer. Where
 * they say nothing the rules of the released files hold, and {@link #assumed} lists them.
 */
final class ModelFiles {
  private static final List<String> TOKENIZERS = List.of("tokenizer.json", "merges.txt");

  private final Path path;
  private final Map<String, JsonNode> configs;
  private final OpenClipConfig openClip;
  private final List<String> assumed = new ArrayList<>();

  ModelFiles(WeightFile file) {
    this.path = file.path();
    this.configs = file.configs();
    this.openClip = new OpenClipConfig(section(OpenClipConfig.FILE));
  }

  /** The settings taken from the rules of the released files, each a line. */
  List<String> assumed() {
    return List.copyOf(assumed);
  }

  ClipConfig.Stated stated() {
    JsonNode hugging = config(HuggingFaceConfig.FILE);
    boolean towers =
        hugging.path("text_config").isObject() && hugging.path("vision_config").isObject();
    if (towers || (hugging.has("model_type") && !openClip.isThere())) {
      return HuggingFaceConfig.stated(section(HuggingFaceConfig.FILE));
    }
    if (openClip.isThere()) {
      return openClip.stated();
    }
    assumed.add("activation QuickGELU, heads of 64 (no config.json or open_clip_config.json)");
    return ClipConfig.Stated.RELEASED;
  }

  Preprocessing preprocessing(ClipConfig config) {
    ConfigSection hugging = section(HuggingFaceConfig.PREPROCESSING);
    if (!hugging.json().isObject()) {
      hugging = section(HuggingFaceConfig.PROCESSOR).at("image_processor");
    }
    boolean isHugging = hugging.json().isObject();
    try {
      if (isHugging) {
        return HuggingFaceConfig.preprocessing(hugging, config);
      }
      if (openClip.hasPreprocessing()) {
        return openClip.preprocessing(config);
      }
    } catch (IllegalArgumentException e) {
      String source = isHugging ? hugging.name() : path + ": " + OpenClipConfig.FILE + ": ";
      throw KgCoopException.weights(source + e.getMessage(), e);
    }
    assumed.add("CLIP's mean, deviation and bicubic resizing (no preprocessor_config.json)");
    ConfigSection none = new ConfigSection("", MissingNode.getInstance());
    return new Preprocessing(
        config.imageResolution(),
        config.channels(),
        none.perChannel("mean", Preprocessing.CLIP_MEAN, config.channels()),
        none.perChannel("std", Preprocessing.CLIP_STD, config.channels()),
        Interpolation.BICUBIC);
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
          ("%s has %s token ids, the weights %s: put the model's own merges.txt or "
                  + "tokenizer.json beside the weights")
              .formatted(source, tokenizer.vocabularySize(), config.vocabularySize()));
    }
    return tokenizer;
  }

  private ConfigSection section(String file) {
    return new ConfigSection(path + ": " + file + ": ", config(file));
  }

  private JsonNode config(String name) {
    return configs.getOrDefault(name, MissingNode.getInstance());
  }
}
