package org.kgcoop.clip;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.Digest;
import org.kgcoop.files.StoredHashes;
import org.kgcoop.image.view.PatchGrid;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.io.Fingerprints;
import org.kgcoop.io.StateDictNames;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;

/**
 * What the files of a model say, without the memory of its weights: the shapes of the weights, and
 * the settings in the files next to them. Missing settings have the family's defaults, which {@link
 * #assumed} lists. Models of several precisions can share a description, so that the weights are
 * hashed once.
 */
final class ModelDescription {
  /** The version of stored fingerprints. It changes if a file has another one than before. */
  private static final int FINGERPRINT_VERSION = 1;

  final Path path;
  final Family family;
  final Map<String, StoredTensor> stored; // under their released names
  final ClipConfig config;
  final Preprocessing preprocessing;
  final CompletableFuture<Tokenizer> tokenizer;
  private final HuggingFaceConfig hugging;
  private final OpenClipConfig openClip;
  private final boolean isOpenClip; // the tensors have OpenCLIP's names, and not Hugging Face's
  private final List<String> assumed = new ArrayList<>();
  private final @Nullable Digest stamp; // of the files with the weights
  private @Nullable String fingerprint;

  /**
   * Reads everything except the weights.
   *
   * @param chosenTokenizer the file, or null for the one next to the weights
   * @param activation overrides the activation of the files; or null
   * @param maxPatches overrides the maximum number of patches of an image; or 0
   * @throws KgCoopException if the files are not those of a supported model
   */
  ModelDescription(
      WeightFile file,
      @Nullable Path chosenTokenizer,
      @Nullable Activation activation,
      int maxPatches) {
    path = file.path();
    stamp = file.stamp();
    String source = path.toString();
    Map<String, long[]> inFile = shapes(StateDictNames.plain(file).tensors());
    family = Families.of(inFile);
    stored = family.released(file).tensors();
    family.check(stored.keySet(), source, architecture(file));
    hugging = new HuggingFaceConfig(file);
    openClip = new OpenClipConfig(ConfigSection.of(file, OpenClipConfig.FILE), inFile.keySet());
    isOpenClip =
        openClip.isThere()
            && inFile.keySet().stream().noneMatch(name -> name.startsWith("vision_model."));
    ClipConfig read = readConfig();
    config =
        family.completed(activation == null ? read : read.with(activation), shapes(stored), source);
    if (file.configs().isEmpty()) {
      family.checkWithoutSettings(config, source);
    }
    tokenizer = readTokenizer(chosenTokenizer); // which needs no later field
    preprocessing = limited(readPreprocessing(), maxPatches);
  }

  private static Map<String, long[]> shapes(Map<String, StoredTensor> tensors) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
    return shapes;
  }

  private static Preprocessing limited(Preprocessing read, int maxPatches) {
    PatchGrid patches = read.patches();
    if (maxPatches == 0) {
      return read;
    }
    if (patches == null) {
      throw KgCoopException.configuration(
          "--max-patches %s: this model resizes all images to %s x %s pixels; leave the option out, or choose a model that keeps the shape of an image, such as siglip2-base-patch16-naflex"
              .formatted(maxPatches, read.size(), read.size()));
    }
    return read.with(new PatchGrid(patches.patch(), maxPatches));
  }

  /** Returns the architecture according to the files next to the weights, or "". */
  private static String architecture(WeightFile file) {
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
    Set<String> names = openClip.tensors();
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

  /** Reads the settings of the model from one of its files, or those of the family. */
  private ClipConfig readConfig() {
    if (!isOpenClip
        && (hugging.hasEncoders()
            || (hugging.model().json().has("model_type") && !openClip.isThere()))) {
      return family.huggingFace(hugging, hugging.imageSize());
    }
    if (openClip.isThere()) {
      openClip.check();
      ClipConfig read = family.openClip(openClip);
      assumed.addAll(openClip.assumed());
      String name = path.toString().toLowerCase(Locale.ROOT);
      if (name.contains("dfn2b") && read.text().activation() == Activation.GELU) {
        assumed.add(
            "the exact GELU, as the configuration says; DFN2B's B/16 and L/14 were trained with"
                + " QuickGELU: set \"quick_gelu\": true in the model_cfg of "
                + OpenClipConfig.FILE);
      }
      return read;
    }
    assumed.add(family.traits().assumed() + " (no config.json or open_clip_config.json)");
    return family.traits().defaults();
  }

  private Preprocessing readPreprocessing() {
    Family.Traits traits = family.traits();
    ConfigSection images = hugging.images();
    boolean isOpenClips = !images.isThere() && openClip.hasPreprocessing();
    try {
      PatchGrid patches = family.patches(hugging, config);
      Preprocessing usual = traits.images().apply(config.imageResolution());
      Preprocessing square =
          isOpenClips
              ? openClip.preprocessing(config, usual)
              : hugging.preprocessing(config, usual);
      if (!images.isThere() && !isOpenClips) {
        assumed.add(
            "%s's mean, deviation and %s resizing (no preprocessor_config.json)"
                .formatted(traits.title(), usual.interpolation().name().toLowerCase(Locale.ROOT)));
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
  private CompletableFuture<Tokenizer> readTokenizer(@Nullable Path chosen) {
    Path file = chosen == null ? tokenizerFile() : chosen;
    if (file == null && family.traits().releasedTokenizer() != null) {
      assumed.add("the released tokenizer (no merges.txt or tokenizer.json)");
    }
    return CompletableFuture.supplyAsync(() -> read(file));
  }

  private Tokenizer read(@Nullable Path file) {
    if (file != null) {
      Tokenizer tokenizer = checked(family.tokenizer(file, openClip), file);
      checkEndOfText(tokenizer);
      return tokenizer;
    }
    Supplier<Tokenizer> released = family.traits().releasedTokenizer();
    if (released == null) {
      throw KgCoopException.weights(
          "%s: no %s next to the weights; download it from the model's page"
              .formatted(
                  path,
                  family.tokenizerFiles().stream()
                      .filter(name -> !name.endsWith(".model")) // which are always rejected
                      .collect(Collectors.joining(" or "))));
    }
    return checked(released.get(), Path.of("the released tokenizer"));
  }

  /**
   * Rejects a {@code config.json} whose model reads its feature at another token. Files of older
   * libraries have the id 2, which the library reads as the largest id.
   */
  private void checkEndOfText(Tokenizer tokenizer) {
    ConfigSection text = hugging.model().at("text_config");
    int end = text.tokenId("eos_token_id", 2);
    if (!isOpenClip
        && end != 2
        && end != tokenizer.endOfText()
        && !config.text().form().readsLast()) {
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

  private Tokenizer checked(Tokenizer tokenizer, Path source) {
    // CLIP's end of text is the last id, and a vocab.txt of BERT may be cut anywhere. Other
    // tokenizers may have fewer ids, because the size of an embedding table is often rounded up.
    boolean isExact = tokenizer instanceof BytePairTokenizer || config.text().form().isBert();
    int ids = tokenizer.vocabularySize();
    if (isExact ? ids != config.vocabularySize() : ids > config.vocabularySize()) {
      throw KgCoopException.weights(
          "%s has %s token ids, the weights %s: put the model's own tokenizer next to the weights"
              .formatted(source, ids, config.vocabularySize()));
    }
    return tokenizer;
  }

  /** Returns the SHA-256 of the weights that a model uses, see {@link Clip#fingerprint}. */
  synchronized String fingerprint() {
    if (fingerprint == null) {
      fingerprint =
          EmbeddedClip.contains(path)
              ? EmbeddedClip.fingerprint(this::computedFingerprint)
              : computedFingerprint();
    }
    return fingerprint;
  }

  /** Returns the stored fingerprint of these files, or computes it. */
  private String computedFingerprint() {
    List<StoredTensor> used =
        stored.entrySet().stream()
            .filter(e -> !Weights.isUnused(e.getKey()))
            .map(Map.Entry::getValue)
            .toList();
    // The names and shapes, because another version of kgcoop may read a file in another way.
    String what = "fingerprint %s of %s".formatted(FINGERPRINT_VERSION, used);
    return StoredHashes.ofThisUser().get(stamp, what, () -> Fingerprints.asFloat32(used));
  }
}
