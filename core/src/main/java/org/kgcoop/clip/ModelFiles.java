package org.kgcoop.clip;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.view.PatchGrid;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.io.WeightFile;

/**
 * The settings in the files next to the weights: activation, heads, preprocessing, tokenizer.
 * Missing settings have the family's defaults, which {@link #assumed} lists.
 */
final class ModelFiles {
  private static final String NO_CONFIG = " (no config.json or open_clip_config.json)";

  private final Path path;
  private final Map<String, JsonNode> configs;
  private final OpenClipConfig openClip;
  private final boolean isOpenClip; // the tensors have OpenCLIP's names, and not Hugging Face's
  private final Family family;
  private final Family.Traits traits;
  private final List<String> assumed = new ArrayList<>();

  /**
   * Wraps the files of a model.
   *
   * @param names the names of the model's tensors in their file
   */
  ModelFiles(WeightFile file, Set<String> names, Family family) {
    this.family = family;
    this.traits = family.traits();
    this.path = file.path();
    this.configs = file.configs();
    this.openClip = new OpenClipConfig(section(OpenClipConfig.FILE), names);
    isOpenClip =
        openClip.isThere() && names.stream().noneMatch(name -> name.startsWith("vision_model."));
  }

  /** Returns the architecture according to the files next to the weights, or "". */
  static String architecture(WeightFile file) {
    for (String name : List.of(OpenClipConfig.FILE, HuggingFaceConfig.FILE)) {
      JsonNode json = file.configs().getOrDefault(name, MissingNode.getInstance());
      for (String key : List.of("timm_model_name", "hf_model_name", "model_type")) {
        JsonNode value = json.findValue(key);
        if (value != null && value.isTextual()) {
          return value.textValue();
        }
      }
    }
    return "";
  }

  /** Returns the assumed settings, one per line. */
  List<String> assumed() {
    return List.copyOf(assumed);
  }

  ClipConfig.FileConfig config() {
    JsonNode hugging = config(HuggingFaceConfig.FILE);
    boolean encoders = hugging.has("text_config") && hugging.has("vision_config");
    if (!isOpenClip && (encoders || (hugging.has("model_type") && !openClip.isThere()))) {
      return family.huggingFace(section(HuggingFaceConfig.FILE), imageSize());
    }
    if (openClip.isThere()) {
      openClip.check();
      ClipConfig.FileConfig config = family.openClip(openClip);
      assumed.addAll(openClip.assumed());
      String name = path.toString().toLowerCase(Locale.ROOT);
      if (name.contains("dfn2b") && config.activation() == Activation.GELU) {
        assumed.add(
            "the exact GELU, as the configuration says; DFN2B's B/16 and L/14 were trained with"
                + " QuickGELU: set \"quick_gelu\": true in the model_cfg of "
                + OpenClipConfig.FILE);
      }
      return config;
    }
    assumed.add(traits.assumed() + NO_CONFIG);
    return traits.defaults();
  }

  /** Returns true if there is no file with settings next to the weights. */
  boolean isEmpty() {
    return configs.isEmpty();
  }

  /** Returns the image side of a preprocessor file, or 0. */
  private int imageSize() {
    JsonNode size = images().json().path("size");
    return size.has("height") ? images().square("size") : 0;
  }

  private ConfigSection images() {
    ConfigSection hugging = section(HuggingFaceConfig.PREPROCESSING);
    return hugging.json().isObject()
        ? hugging
        : section(HuggingFaceConfig.PROCESSOR).at("image_processor");
  }

  Preprocessing preprocessing(ClipConfig config) {
    ConfigSection hugging = images();
    boolean isHugging = hugging.json().isObject() && !(isOpenClip && openClip.hasPreprocessing());
    try {
      PatchGrid patches = family.patches(section(HuggingFaceConfig.FILE), hugging, config);
      Preprocessing images = square(config, hugging).with(patches);
      if (patches != null && !isHugging) {
        assumed.add("at most %s patches per image".formatted(patches.maxPatches()));
      }
      return images;
    } catch (IllegalArgumentException e) {
      String source = isHugging ? hugging.name() : path + ": " + OpenClipConfig.FILE + ": ";
      throw KgCoopException.weights(source + e.getMessage(), e);
    }
  }

  /** Reads the preprocessing to squares. */
  private Preprocessing square(ClipConfig config, ConfigSection hugging) {
    if (hugging.json().isObject()) {
      return HuggingFaceConfig.preprocessing(hugging, config, traits.images());
    }
    if (openClip.hasPreprocessing()) {
      return openClip.preprocessing(config, traits.images());
    }
    assumed.add(
        "%s's mean, deviation and %s resizing (no preprocessor_config.json)"
            .formatted(
                traits.title(), traits.images().interpolation().name().toLowerCase(Locale.ROOT)));
    ConfigSection none = new ConfigSection("", MissingNode.getInstance());
    return new Preprocessing(
        config.imageResolution(),
        config.channels(),
        none.perChannel("mean", traits.images().mean(), config.channels()),
        none.perChannel("std", traits.images().std(), config.channels()),
        traits.images().interpolation(),
        traits.images().squashes() ? 0 : config.imageResolution());
  }

  /**
   * Reads the tokenizer in the background: the given file, the file next to the weights, or
   * OpenAI's.
   *
   * @param chosen the file, or null
   */
  CompletableFuture<Tokenizer> tokenizer(ClipConfig config, @Nullable Path chosen) {
    Path file = chosen == null ? tokenizerFile() : chosen;
    if (file == null && traits.releasedTokenizer() != null) {
      assumed.add("the released tokenizer (no merges.txt or tokenizer.json)");
    }
    return CompletableFuture.supplyAsync(() -> read(config, file));
  }

  private Tokenizer read(ClipConfig config, @Nullable Path file) {
    if (file != null) {
      Tokenizer tokenizer = checked(family.tokenizer(file, openClip), config, file);
      checkEndOfText(tokenizer, config);
      return tokenizer;
    }
    if (traits.releasedTokenizer() == null) {
      throw KgCoopException.weights(
          "%s: no %s next to the weights; download it from the model's page"
              .formatted(path, supportedTokenizerFiles()));
    }
    return checked(traits.releasedTokenizer().get(), config, Path.of("the released tokenizer"));
  }

  /** Returns the names of tokenizer files, except those that are always rejected. */
  private String supportedTokenizerFiles() {
    return family.tokenizerFiles().stream()
        .filter(name -> !name.endsWith(".model"))
        .collect(Collectors.joining(" or "));
  }

  /**
   * Rejects a {@code config.json} whose model reads its feature at another token. Files of older
   * libraries have the id 2, which the library reads as the largest id.
   */
  private void checkEndOfText(Tokenizer tokenizer, ClipConfig config) {
    ConfigSection text = section(HuggingFaceConfig.FILE).at("text_config");
    int end = text.tokenId("eos_token_id", 2);
    if (!isOpenClip
        && end != 2
        && end != tokenizer.endOfText()
        && !config.form().text().readsLast()) {
      throw text.refused("eos_token_id", tokenizer.endOfText() + ", the tokenizer's");
    }
  }

  private @Nullable Path tokenizerFile() {
    Path folder = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
    for (String name : family.tokenizerFiles()) {
      if (folder != null && Files.isRegularFile(folder.resolve(name))) {
        return folder.resolve(name);
      }
    }
    return null;
  }

  private static Tokenizer checked(Tokenizer tokenizer, ClipConfig config, Path source) {
    // CLIP's end of text is the last id, and a vocab.txt of BERT may be cut anywhere. Other
    // tokenizers may have fewer ids, because the size of an embedding table is often rounded up.
    boolean isExact = tokenizer instanceof BytePairTokenizer || config.form().text().bert();
    if (isExact
        ? tokenizer.vocabularySize() != config.vocabularySize()
        : tokenizer.vocabularySize() > config.vocabularySize()) {
      throw KgCoopException.weights(
          "%s has %s token ids, the weights %s: put the model's own tokenizer next to the weights"
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
