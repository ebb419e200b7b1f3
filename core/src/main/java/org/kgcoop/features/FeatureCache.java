package org.kgcoop.cache;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.ImageHashes;
import org.kgcoop.data.Item;
import org.kgcoop.files.Sha256;
import org.kgcoop.image.Images;
import org.kgcoop.tensor.Arithmetic;

/**
 * Image features that are computed once. The image encoder is frozen, so the feature of an image
 * under one transform is the same for every method, seed, number of shots and half of the classes,
 * in this run and the next.
 *
 * <p>In a folder they lie by what they depend on: below a name that stands for the CLIP weights,
 * the precision, the device, the preprocessing and how this process computes, in files of up to
 * {@value Shard#LENGTH} features; in a file under the SHA-256 of the image's bytes and how it was
 * seen: an image that is turned upright has another key than the same image as it is stored; one
 * that lies upright in its file has one key. Files are written whole or not at all and under names
 * that follow from their content, so that processes may share a folder. A damaged file is left out,
 * and its features are computed again. Features stay in the files until they are asked for.
 *
 * <p>Each image is encoded alone, so that a feature does not depend on which others are missing.
 */
public final class FeatureCache {
  /**
   * The version of what decodes, resizes and encodes here. It grows with each change that makes
   * another feature of the same image, so that features of before are not taken for those.
   */
  private static final int VERSION = 2;

  private final ViewEncoder encoder;
  private final ImageHashes hashes;
  private final FeatureStore kept;

  private FeatureCache(
      ViewEncoder encoder, @Nullable Path folder, boolean optional, Consumer<String> warnings) {
    this.encoder = encoder;
    this.hashes = folder == null ? ImageHashes.forgetful() : ImageHashes.besides(folder);
    Path own = folder == null ? null : folder.resolve(folderName(encoder.clip()));
    this.kept = new FeatureStore(own, optional, warnings);
  }

  /**
   * A feature cache.
   *
   * @param folder where features are kept, made when needed; null for memory alone
   * @param warnings gets a line for a file that had to be left out
   */
  public FeatureCache(ViewEncoder encoder, @Nullable Path folder, Consumer<String> warnings) {
    this(encoder, folder, false, warnings);
  }

  /**
   * A feature cache that nobody asked for: where its folder cannot be written, features are kept in
   * memory, with a warning.
   */
  public static FeatureCache optional(ViewEncoder encoder, Path folder, Consumer<String> warnings) {
    return new FeatureCache(encoder, folder, true, warnings);
  }

  /** A feature cache in memory alone. */
  public static FeatureCache inMemory(ViewEncoder encoder) {
    return new FeatureCache(encoder, null, warning -> {});
  }

  /**
   * The folder within a feature cache for the features of that CLIP, as it computes in this
   * process.
   */
  public static String folderName(Clip clip) {
    return Sha256.of(
            String.join(
                "\n",
                clip.fingerprint(),
                clip.config().toString(),
                clip.precision().toString(),
                clip.device().toString(),
                clip.preprocessing().toString(),
                Integer.toString(VERSION),
                Arithmetic.id()))
        .substring(0, 32);
  }

  /** The SHA-256 of images, as far as they are remembered beside the feature cache. */
  public ImageHashes hashes() {
    return hashes;
  }

  /** The encoder of features that are not there yet. */
  public ViewEncoder encoder() {
    return encoder;
  }

  /**
   * Features of images.
   *
   * @param vectors each (E), in the order that was asked for
   * @param seconds that computing them takes, or took when they were put into the feature cache
   */
  public record Features(List<float[]> vectors, double seconds) {
    public Features {
      vectors = List.copyOf(vectors);
    }
  }

  /** Unit features of files under the test transform. */
  public Features test(List<Item> items, LongConsumer progress) {
    return features(
        items.stream().map(item -> new ViewEncoder.Request(item, null)).toList(), progress);
  }

  /**
   * The unit features that are asked for, those that are missing computed and kept.
   *
   * @param progress told how many are there
   * @throws KgCoopException where an image cannot be read, or the folder cannot be written
   */
  Features features(List<ViewEncoder.Request> requests, LongConsumer progress) {
    return features(requests, Shard.Feature::vector, progress);
  }

  /** Features as the image encoder makes them. As {@link #features}. */
  Features raw(List<ViewEncoder.Request> requests, LongConsumer progress) {
    return features(requests, FeatureCache::rawVector, progress);
  }

  private static float[] rawVector(Shard.Feature feature) {
    return new ViewEncoder.Encoded(feature.vector(), feature.norm()).raw();
  }

  /** An image that cannot be read, and why. */
  public record Problem(Path file, KgCoopException reason) {}

  /**
   * Features of files under the test transform, turned as their EXIF orientation says, those that
   * are missing computed and kept.
   *
   * @param raw true for features as the image encoder makes them, false for unit ones
   * @param problems gets the images that cannot be read; where it returns, they are left out
   * @param progress told how many are there
   * @return by file, in the order that was asked for
   * @throws KgCoopException where the folder cannot be written
   */
  public synchronized Map<Path, float[]> upright(
      List<Path> files, boolean raw, Consumer<Problem> problems, LongConsumer progress) {
    Map<Path, float[]> features = new LinkedHashMap<>();
    readable(
            readable(files, problems).stream().map(ViewEncoder.Request::upright).toList(),
            problems,
            progress)
        .forEach(
            (file, feature) -> features.put(file, raw ? rawVector(feature) : feature.vector()));
    return features;
  }

  /** The features of requests of one view, by file; a problem for each file without one. */
  @CanIgnoreReturnValue
  private Map<Path, Shard.Feature> readable(
      List<ViewEncoder.Request> requests, Consumer<Problem> problems, LongConsumer progress) {
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
   * Finds the images that cannot be read; the features of the others under the test transform are
   * computed and kept.
   *
   * @param problems gets the images that cannot be read
   * @param progress told how many are there
   */
  public synchronized void check(
      List<Item> items, Consumer<Problem> problems, LongConsumer progress) {
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
   * The files whose bytes can be read.
   *
   * @param problems gets the others
   */
  @CanIgnoreReturnValue
  public List<Path> readable(List<Path> files, Consumer<Problem> problems) {
    try {
      hashes.of(files);
      return files;
    } catch (KgCoopException e) { // of one of them
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
      LongConsumer progress) {
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
   * The features of those keys, those that are missing computed and kept.
   *
   * @param problems gets the images that cannot be read; where it returns, they are left out
   */
  private Map<String, Shard.Feature> found(
      List<ViewEncoder.Request> requests,
      List<String> keys,
      BiConsumer<ViewEncoder.Request, KgCoopException> problems,
      LongConsumer progress) {
    Map<String, Shard.Feature> found = kept.find(Set.copyOf(keys));
    Map<String, ViewEncoder.Request> missing = new LinkedHashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      if (!found.containsKey(keys.get(i))) {
        missing.putIfAbsent(keys.get(i), requests.get(i));
      }
    }
    if (!missing.isEmpty()) {
      kept.prepare();
    }
    encode(
        missing, found, problems, done -> progress.accept(requests.size() - missing.size() + done));
    progress.accept(requests.size());
    return found;
  }

  /** True if the features of files under the test transform are there. */
  public synchronized boolean knows(List<Item> items) {
    Set<String> keys =
        Set.copyOf(keys(items.stream().map(i -> new ViewEncoder.Request(i, null)).toList()));
    return kept.find(keys).size() == keys.size();
  }

  private List<String> keys(List<ViewEncoder.Request> requests) {
    List<ImageHashes.Known> files =
        hashes.known(requests.stream().map(request -> request.item().file()).toList());
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      ImageHashes.Known file = files.get(i);
      keys.add(key(file.sha256(), requests.get(i).seen(file.orientation())));
    }
    return keys;
  }

  static String key(String hash, String seen) {
    return hash + " " + seen;
  }

  private void encode(
      Map<String, ViewEncoder.Request> missing,
      Map<String, Shard.Feature> found,
      BiConsumer<ViewEncoder.Request, KgCoopException> problems,
      LongConsumer progress) {
    List<Shard.Feature> stored = new ArrayList<>();
    int[] done = {0};
    try (ReadableViews views = new ReadableViews(encoder, missing, problems)) {
      EncodeBatches.encode(
          encoder,
          views,
          features -> {
            features.forEach(feature -> found.put(feature.key(), feature));
            stored.addAll(features);
            done[0] += features.size();
            if (stored.size() >= Shard.LENGTH) {
              kept.store(stored);
              stored.clear();
            }
            progress.accept(done[0]);
          });
    } finally { // what is encoded stays, though the rest may be canceled
      if (!stored.isEmpty()) {
        kept.store(stored);
      }
    }
  }
}
