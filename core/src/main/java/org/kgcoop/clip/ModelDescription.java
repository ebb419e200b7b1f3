package org.kgcoop.clip;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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
 * What the files of a model say, without the memory of its weights. Models of several precisions
 * can share a description, so that the weights are hashed once.
 */
final class ModelDescription {
  /** The version of stored fingerprints. It changes if a file has another one than before. */
  private static final int FINGERPRINT_VERSION = 1;

  final Path path;
  final Family family;
  final Map<String, StoredTensor> stored; // under their released names
  final ModelFiles files;
  final ClipConfig config;
  final Preprocessing preprocessing;
  final CompletableFuture<Tokenizer> tokenizer;
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
    family.check(stored.keySet(), source, ModelFiles.architecture(file));
    files = new ModelFiles(file, inFile.keySet(), family);
    ClipConfig.FileConfig fileConfig = files.config();
    if (activation != null) {
      fileConfig = fileConfig.with(activation);
    }
    config = family.config(shapes(stored), fileConfig, source);
    if (file.configs().isEmpty()) {
      family.checkWithoutSettings(config, source);
    }
    tokenizer = files.tokenizer(config, chosenTokenizer); // next to the weights
    preprocessing = limited(files.preprocessing(config), maxPatches);
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
