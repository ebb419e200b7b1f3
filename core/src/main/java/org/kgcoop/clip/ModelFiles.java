package org.kgcoop.clip;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
  private final Path path;
  private final ConfigSection hugging;
  private final ConfigSection images; // of Hugging Face
  private final OpenClipConfig openClip;
  private final boolean isOpenClip; // the tensors have OpenCLIP's names, and not Hugging Face's
  private final Family family;
  private final Family.Traits traits;
  private final List<String> assumed = new ArrayList<>();
  private final Set<String> names; // of the tensors in their file

  /**
   * Wraps the files of a model.
   *
   * @param names the names of the model's tensors in their file
   */
  ModelFiles(WeightFile file, Set<String> names, Family family) {
    this.family = family;
    this.traits = family.traits();
    this.path = file.path();
    this.names = Set.copyOf(names);
    hugging = ConfigSection.of(file, HuggingFaceConfig.FILE);
    ConfigSection preprocessing = ConfigSection.of(file, HuggingFaceConfig.PREPROCESSING);
    images =
        preprocessing.isThere()
            ? preprocessing
            : ConfigSection.of(file, HuggingFaceConfig.PROCESSOR).at("image_processor");
    openClip = new OpenClipConfig(ConfigSection.of(file, OpenClipConfig.FILE), names);
    isOpenClip =
        openClip.isThere() && names.stream().noneMatch(name -> name.startsWith("vision_model."));
  }

  /** Returns the architecture according to the files next to the weights, or "". */
  static String architecture(WeightFile file) {
    return Stream.of(OpenClipConfig.FILE, HuggingFaceConfig.FILE)
        .map(name -> ConfigSection.of(file, name).json())
        .flatMap(
            json ->
                Stream.of("timm_model_name", "hf_model_name", "model_type")
                    .map(key -> json.findPath(key).asText("")))
        .filter(name -> !name.isEmpty())
        .findFirst()
        .orElse("");
  }

  /** Returns the assumed settings, one per line. */
  List<String> assumed() {
    return List.copyOf(assumed);
  }

  /**
   * Returns an error if the file with the settings of the model is missing, and its tensors have
   * the names of a library whose models differ in these settings. OpenAI's and Meta's own files
   * have no such file, and other names.
   */
  Optional<String> missingSettings() {
    boolean isHuggingFace = names.stream().anyMatch(name -> name.startsWith("vision_model."));
    boolean isTimm = names.stream().anyMatch(name -> name.startsWith("visual.trunk."));
    if (hugging.isThere() || openClip.isThere() || !(isHuggingFace || isTimm)) {
      return Optional.empty();
    }
    String file = isTimm ? OpenClipConfig.FILE : HuggingFaceConfig.FILE;
    return Optional.of(
        "%s: no %s next to the weights. Their tensors have the names of %s, whose models differ in activation, heads and preprocessing, so another class may be the answer; download %s from the model's page into the same folder"
            .formatted(path, file, isTimm ? "OpenCLIP" : "Hugging Face", file));
  }

  ClipConfig.FileConfig config() {
    boolean encoders = hugging.json().has("text_config") && hugging.json().has("vision_config");
    if (!isOpenClip && (encoders || (hugging.json().has("model_type") && !openClip.isThere()))) {
      boolean square = images.json().path("size").has("height");
      return family.huggingFace(hugging, square ? images.square("size") : 0);
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
    assumed.add(traits.assumed() + " (no config.json or open_clip_config.json)");
    return traits.defaults();
  }

  Preprocessing preprocessing(ClipConfig config) {
    boolean isOpenClips = !images.isThere() && openClip.hasPreprocessing();
    try {
      PatchGrid patches = family.patches(hugging, images, config);
      Preprocessing square =
          isOpenClips
              ? openClip.preprocessing(config, traits.images())
              : HuggingFaceConfig.preprocessing(images, config, traits.images());
      if (!images.isThere() && !isOpenClips) {
        assumed.add(
            "%s's mean, deviation and %s resizing (no preprocessor_config.json)"
                .formatted(
                    traits.title(),
                    traits.images().interpolation().name().toLowerCase(Locale.ROOT)));
      }
      if (isOpenClips) {
        assumed.addAll(openClip.assumedImages(traits.title()));
      }
      if (patches != null && !images.isThere()) {
        assumed.add("at most %s patches per image".formatted(patches.maxPatches()));
      }
      return square.with(patches);
    } catch (IllegalArgumentException e) {
      String source = isOpenClips ? path + ": " + OpenClipConfig.FILE + ": " : images.name();
      throw KgCoopException.weights(source + e.getMessage(), e);
    }
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
              .formatted(
                  path,
                  family.tokenizerFiles().stream()
                      .filter(name -> !name.endsWith(".model")) // which are always rejected
                      .collect(Collectors.joining(" or "))));
    }
    return checked(traits.releasedTokenizer().get(), config, Path.of("the released tokenizer"));
  }

  /**
   * Rejects a {@code config.json} whose model reads its feature at another token. Files of older
   * libraries have the id 2, which the library reads as the largest id.
   */
  private void checkEndOfText(Tokenizer tokenizer, ClipConfig config) {
    ConfigSection text = hugging.at("text_config");
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
    return folder == null
        ? null
        : family.tokenizerFiles().stream()
            .map(folder::resolve)
            .filter(Files::isRegularFile)
            .findFirst()
            .orElse(null);
  }

  private static Tokenizer checked(Tokenizer tokenizer, ClipConfig config, Path source) {
    // CLIP's end of text is the last id, and a vocab.txt of BERT may be cut anywhere. Other
    // tokenizers may have fewer ids, because the size of an embedding table is often rounded up.
    boolean isExact = tokenizer instanceof BytePairTokenizer || config.form().text().bert();
    int ids = tokenizer.vocabularySize();
    if (isExact ? ids != config.vocabularySize() : ids > config.vocabularySize()) {
      throw KgCoopException.weights(
          "%s has %s token ids, the weights %s: put the model's own tokenizer next to the weights"
              .formatted(source, ids, config.vocabularySize()));
    }
    return tokenizer;
  }
}
