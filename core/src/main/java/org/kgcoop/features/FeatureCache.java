package org.kgcoop.features;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.data.ImageHashes;
import org.kgcoop.data.Item;
import org.kgcoop.files.Sha256;
import org.kgcoop.image.Images;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.tensor.Arithmetic;

/**
 * A cache of image features. The image encoder is frozen, so the feature of an image under one
 * transform is the same for every method, seed, number of shots and class split, in this run and
 * the next. The trained image encoder of a finished classifier has a folder of its own.
 *
 * <p>The path in the cache folder depends on the CLIP weights, the precision, the device, the
 * preprocessing and the arithmetic of this process. Each file contains up to {@value Shard#LENGTH}
 * features. The key of a feature is the SHA-256 of the image's bytes and the view. An EXIF-rotated
 * image that is rotated has another key than the same image as stored. Files are written atomically
 * and named by their content, so processes can share a folder. If a file is damaged, it is ignored
 * and its features are computed again. Features are read from the files on request.
 *
 * <p>Each image is encoded alone, so its feature does not depend on the other missing features.
 */
public final class FeatureCache {
  /**
   * The version of the code that decodes, resizes and encodes. Increase it with each change that
   * alters features, so that older features are not used.
   */
  private static final int VERSION = 3;

  private final ViewEncoder encoder;
  private final ImageHashes hashes;
  private final FeatureStore store;

  private FeatureCache(
      ViewEncoder encoder, @Nullable Path folder, boolean optional, Consumer<String> warnings) {
    this.encoder = encoder;
    this.hashes = folder == null ? ImageHashes.inMemory() : ImageHashes.inFolder(folder);
    Path own = folder == null ? null : folder.resolve(folderName(encoder));
    this.store = new FeatureStore(own, optional, warnings);
  }

  /**
   * Creates a feature cache.
   *
   * @param folder the folder of the features, created when needed; null for a cache in memory
   * @param warnings receives a line for each ignored file
   */
  public FeatureCache(ViewEncoder encoder, @Nullable Path folder, Consumer<String> warnings) {
    this(encoder, folder, false, warnings);
  }

  /**
   * Creates a feature cache that is used by default. If its folder cannot be written, it keeps
   * features in memory and prints a warning.
   */
  public static FeatureCache optional(ViewEncoder encoder, Path folder, Consumer<String> warnings) {
    return new FeatureCache(encoder, folder, true, warnings);
  }

  /** Creates a feature cache in memory. */
  public static FeatureCache inMemory(ViewEncoder encoder) {
    return new FeatureCache(encoder, null, warning -> {});
  }

  /**
   * Returns the subfolder of a feature cache for the features of a CLIP, with the arithmetic of
   * this process.
   */
  public static String folderName(Clip clip) {
    return Sha256.of(folderKey(clip)).substring(0, 32);
  }

  /**
   * Returns a text with everything that determines features besides the image and its view. The
   * weights determine the sizes of the image encoder.
   */
  private static String folderKey(Clip clip) {
    ClipConfig config = clip.config();
    ClipConfig.ImageForm form = config.form().image();
    Preprocessing input = clip.preprocessing();
    String key =
        String.join(
            ";",
            "version=" + VERSION,
            "arithmetic=" + Arithmetic.id(),
            "weights=" + clip.fingerprint(),
            "precision=" + clip.precisionKey(),
            "device=" + clip.device(),
            "heads=" + config.vision().heads(),
            "activation=" + config.visionActivation().name(),
            "epsilon=" + config.form().visionEpsilon(),
            "class_token=" + form.classToken(),
            "pre_norm=" + form.preNorm(),
            "patch_bias=" + form.patchBias(),
            "attention_pool="
                + (form.rotary() ? config.poolHeads() + ",rotary" : form.attentionPool()),
            "size=" + input.size(),
            "channels=" + input.channels(),
            "mean=" + input.mean(),
            "std=" + input.std(),
            "interpolation=" + input.interpolation().name(),
            "shorter_side=" + input.shorterSide());
    // The grid of an image follows from its size and this number.
    return clip.maxPatches() == 0 ? key : key + ";max_patches=" + clip.maxPatches();
  }

  private static String folderName(ViewEncoder encoder) {
    String name = folderName(encoder.clip());
    return encoder.identity().isEmpty()
        ? name
        : Sha256.of(name + ";encoder=" + encoder.identity()).substring(0, name.length());
  }

  /** Returns the known SHA-256 of images, which are stored next to the feature cache. */
  public ImageHashes hashes() {
    return hashes;
  }

  /** Returns the encoder of missing features. */
  public ViewEncoder encoder() {
    return encoder;
  }

  /**
   * Features of images.
   *
   * @param vectors each (E), in the order of the request
   * @param seconds the time to compute them, or the time that they took when they were cached
   */
  public record Features(List<float[]> vectors, double seconds) {
    public Features {
      vectors = List.copyOf(vectors);
    }
  }

  /** Returns features of unit length of files under the test transform. */
  public Features test(List<Item> items, FeatureProgress progress) {
    return features(
        items.stream().map(item -> new ViewEncoder.Request(item, null)).toList(), progress);
  }

  /**
   * Returns features of unit length. Missing features are computed and stored.
   *
   * @param progress receives the number of available features
   * @throws KgCoopException if an image cannot be read, or the folder cannot be written
   */
  Features features(List<ViewEncoder.Request> requests, FeatureProgress progress) {
    return features(requests, Shard.Feature::vector, progress);
  }

  /** Returns features as the image encoder computes them, otherwise as {@link #features}. */
  Features raw(List<ViewEncoder.Request> requests, FeatureProgress progress) {
    return features(requests, Shard.Feature::raw, progress);
  }

  /** An unreadable image and the reason. */
  public record Problem(Path file, KgCoopException reason) {}

  /**
   * Returns features of files under the test transform, rotated by their EXIF orientation. Missing
   * features are computed and stored.
   *
   * @param raw true for features as the image encoder computes them, false for features of unit
   *     length
   * @param problems receives unreadable images; if it returns, they are left out
   * @param progress receives the number of available features
   * @return the features by file, in the order of the request
   * @throws KgCoopException if the folder cannot be written
   */
  public synchronized Map<Path, float[]> upright(
      List<Path> files, boolean raw, Consumer<Problem> problems, FeatureProgress progress) {
    Map<Path, float[]> features = new LinkedHashMap<>();
    readable(
            readable(files, problems).stream().map(ViewEncoder.Request::upright).toList(),
            problems,
            progress)
        .forEach((file, feature) -> features.put(file, raw ? feature.raw() : feature.vector()));
    return features;
  }

  /**
   * Computes the features of {@link #upright} without a cache. Each file is read once.
   *
   * @param problems receives unreadable images; if it returns, they are left out
   */
  public static Map<Path, float[]> uncached(
      ViewEncoder encoder, List<Path> files, Consumer<Problem> problems) {
    Map<Path, float[]> features = new HashMap<>();
    pipeline(
            encoder,
            ViewEncoder.Request::upright,
            Path::toString,
            (file, e) -> problems.accept(new Problem(file, e)))
        .run(
            files.iterator(),
            () -> {},
            group -> group.forEach(each -> features.put(Path.of(each.key()), each.vector())));
    return features;
  }

  /** The features of requests of one view, by file; a problem for each file without one. */
  @CanIgnoreReturnValue
  private Map<Path, Shard.Feature> readable(
      List<ViewEncoder.Request> requests, Consumer<Problem> problems, FeatureProgress progress) {
    List<String> keys = keys(requests);
    Set<Path> reported = new HashSet<>();
    Map<String, Shard.Feature> found =
        found(
            requests,
            keys,
            (request, e) -> {
              if (reported.add(request.item().file())) {
                problems.accept(new Problem(request.item().file(), e));
              }
            },
            progress);
    Map<Path, Shard.Feature> features = new LinkedHashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      Path file = requests.get(i).item().file();
      Shard.Feature feature = found.get(keys.get(i));
      if (feature != null) {
        features.put(file, feature);
      } else if (reported.add(file)) {
        problems.accept(
            new Problem(
                file, KgCoopException.data(file + ": a copy of an image that cannot be read")));
      }
    }
    return features;
  }

  /**
   * Finds unreadable images. The features of the others under the test transform are computed and
   * stored.
   *
   * @param problems receives unreadable images
   * @param progress receives the number of available features
   */
  public synchronized void check(
      List<Item> items, Consumer<Problem> problems, FeatureProgress progress) {
    Set<Path> readable = new HashSet<>(readable(items.stream().map(Item::file).toList(), problems));
    readable(
        items.stream()
            .filter(item -> readable.contains(item.file()))
            .map(item -> new ViewEncoder.Request(item, null))
            .toList(),
        problems,
        progress);
  }

  /**
   * Returns the files whose bytes can be read.
   *
   * @param problems receives the others
   */
  @CanIgnoreReturnValue
  public List<Path> readable(List<Path> files, Consumer<Problem> problems) {
    try {
      hashes.of(files);
      return files;
    } catch (KgCoopException e) { // one of them is unreadable
      List<Path> readable = new ArrayList<>();
      for (Path file : files) {
        try {
          Images.bytes(file);
          readable.add(file);
        } catch (KgCoopException each) {
          problems.accept(new Problem(file, each));
        }
      }
      return readable;
    }
  }

  private synchronized Features features(
      List<ViewEncoder.Request> requests,
      Function<Shard.Feature, float[]> vector,
      FeatureProgress progress) {
    List<String> keys = keys(requests);
    Map<String, Shard.Feature> found =
        found(
            requests,
            keys,
            (request, e) -> {
              throw e;
            },
            progress);
    List<float[]> vectors = new ArrayList<>();
    double seconds = 0;
    for (String key : keys) {
      Shard.Feature feature = Objects.requireNonNull(found.get(key), key);
      vectors.add(vector.apply(feature));
      seconds += feature.seconds();
    }
    return new Features(vectors, seconds);
  }

  /**
   * Returns the features with these keys. Missing features are computed and stored.
   *
   * @param problems receives unreadable images; if it returns, they are left out
   */
  private Map<String, Shard.Feature> found(
      List<ViewEncoder.Request> requests,
      List<String> keys,
      BiConsumer<ViewEncoder.Request, KgCoopException> problems,
      FeatureProgress progress) {
    Map<String, Shard.Feature> found = store.find(Set.copyOf(keys));
    Map<String, ViewEncoder.Request> missing = new LinkedHashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      if (!found.containsKey(keys.get(i))) {
        missing.putIfAbsent(keys.get(i), requests.get(i));
      }
    }
    if (!missing.isEmpty()) {
      store.prepare();
    }
    int before = requests.size() - missing.size();
    progress.doneBefore(before);
    encode(missing, found, problems, done -> progress.done(before + done));
    progress.done(requests.size());
    return found;
  }

  /** Returns the images whose features under the test transform are not in the cache. */
  public synchronized List<Item> missing(List<Item> items) {
    List<String> keys =
        keys(items.stream().map(item -> new ViewEncoder.Request(item, null)).toList());
    Set<String> known = store.find(Set.copyOf(keys)).keySet();
    return IntStream.range(0, keys.size())
        .filter(i -> !known.contains(keys.get(i)))
        .mapToObj(items::get)
        .toList();
  }

  private List<String> keys(List<ViewEncoder.Request> requests) {
    List<ImageHashes.Known> files =
        hashes.known(requests.stream().map(request -> request.item().file()).toList());
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      ImageHashes.Known file = files.get(i);
      keys.add(key(file.sha256(), requests.get(i).viewKey(file.orientation())));
    }
    return keys;
  }

  static String key(String hash, String viewKey) {
    return hash + " " + viewKey;
  }

  private void encode(
      Map<String, ViewEncoder.Request> missing,
      Map<String, Shard.Feature> found,
      BiConsumer<ViewEncoder.Request, KgCoopException> problems,
      FeatureProgress progress) {
    List<Shard.Feature> stored = new ArrayList<>();
    int[] done = {0};
    try {
      FeatureCache.<Map.Entry<String, ViewEncoder.Request>>pipeline(
              encoder,
              Map.Entry::getValue,
              Map.Entry::getKey,
              (entry, e) -> problems.accept(entry.getValue(), e))
          .run(
              missing.entrySet().iterator(),
              () -> {},
              features -> {
                features.forEach(feature -> found.put(feature.key(), feature));
                stored.addAll(features);
                done[0] += features.size();
                if (stored.size() >= Shard.LENGTH) {
                  store.store(stored);
                  stored.clear();
                }
                progress.done(done[0]);
              });
    } finally { // keeps the encoded features even if the user cancels
      if (!stored.isEmpty()) {
        store.store(stored);
      }
    }
  }

  /** Creates a pipeline of images with one view each. */
  private static <T> FeaturePipeline<T> pipeline(
      ViewEncoder encoder,
      Function<T, ViewEncoder.Request> request,
      Function<T, String> key,
      BiConsumer<T, KgCoopException> problems) {
    return new FeaturePipeline<>(
        encoder,
        image ->
            List.of(new FeaturePipeline.View(key.apply(image), encoder.view(request.apply(image)))),
        problems,
        Runtime.getRuntime().availableProcessors(),
        2 * FeaturePipeline.GROUP);
  }
}
