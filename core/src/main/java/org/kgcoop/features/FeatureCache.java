package org.kgcoop.features;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.data.ImageHash;
import org.kgcoop.data.ImageHashes;
import org.kgcoop.data.Item;
import org.kgcoop.data.StampedImage;
import org.kgcoop.files.Digest;
import org.kgcoop.files.DigestTable;
import org.kgcoop.files.Sha256;
import org.kgcoop.image.Images;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.progress.FeatureProgress;
import org.kgcoop.tensor.Arithmetic;

/**
 * A cache of image features. The image encoder is frozen, so the feature of an image under one
 * transform is the same for every method, seed, number of shots and class split, in this run and
 * the next. The trained image encoder of a finished classifier has a folder of its own.
 *
 * <p>The path in the cache folder depends on the CLIP weights, the precision, the device, the
 * preprocessing and the arithmetic of this process. Each file contains up to {@value Shard#LENGTH}
 * features. The key of a feature is the SHA-256 of the image's bytes and the view. An EXIF-rotated
 * image that is rotated has another key than the same image as stored, and so has a photo that is
 * decoded smaller. Files are written atomically and named by their content, so processes can share
 * a folder. If a file is damaged, it is ignored and its features are computed again. Features are
 * read from the files on request. Requests are processed by {@link FeaturePass}.
 *
 * <p>Each image is encoded alone, so its feature does not depend on the other missing features.
 */
public final class FeatureCache {
  /**
   * The version of the code that decodes, resizes and encodes, and of the files. Increase it with
   * each change that alters features, so that older features are not used.
   */
  private static final int VERSION = 4;

  private final ViewEncoder encoder;
  private final ImageHashes hashes;
  private final FeatureStore store;

  private FeatureCache(ViewEncoder encoder, @Nullable Path folder, FeatureStore store) {
    this.encoder = encoder;
    this.hashes = folder == null ? ImageHashes.inMemory() : ImageHashes.inFolder(folder);
    this.store = store;
  }

  /**
   * Creates a feature cache.
   *
   * @param folder the folder of the features, created when needed; null for a cache in memory
   * @param warnings receives a line for each ignored file
   */
  public FeatureCache(ViewEncoder encoder, @Nullable Path folder, Consumer<String> warnings) {
    this(encoder, folder, store(encoder, folder, /* optional= */ false, warnings));
  }

  /**
   * Creates a feature cache that is used by default. If its folder cannot be written, it keeps
   * features in memory and prints a warning.
   */
  public static FeatureCache optional(ViewEncoder encoder, Path folder, Consumer<String> warnings) {
    return new FeatureCache(
        encoder, folder, store(encoder, folder, /* optional= */ true, warnings));
  }

  private static FeatureStore store(
      ViewEncoder encoder, @Nullable Path folder, boolean optional, Consumer<String> warnings) {
    Path place = folder == null ? null : folder.resolve(folderName(encoder));
    return new FeatureStore(place, optional, warnings);
  }

  /** Creates a feature cache in memory. */
  public static FeatureCache inMemory(ViewEncoder encoder) {
    return new FeatureCache(encoder, null, warning -> {});
  }

  /** Creates a cache that keeps nothing, so each image is read once and encoded. */
  public static FeatureCache none(ViewEncoder encoder) {
    return new FeatureCache(encoder, null, FeatureStore.none());
  }

  /**
   * Returns the subfolder of a feature cache for the features of a CLIP, with the arithmetic of
   * this process. It depends on everything that determines features besides the image and its view.
   * The weights determine the sizes of the image encoder.
   */
  public static String folderName(Clip clip) {
    ClipConfig config = clip.config();
    ClipConfig.ImageForm form = config.imageForm();
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
            "epsilon=" + config.visionEpsilon(),
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
    String grid = clip.maxPatches() == 0 ? "" : ";max_patches=" + clip.maxPatches();
    return Sha256.of(key + grid).substring(0, 32);
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

  /**
   * Returns features of unit length of files under the test transform. Missing features are
   * computed and stored.
   */
  @CanIgnoreReturnValue
  public Features test(List<Item> items, FeatureProgress progress) {
    return features(testViews(items), progress);
  }

  private static List<ViewEncoder.Request> testViews(List<Item> items) {
    return items.stream().map(item -> new ViewEncoder.Request(item, null)).toList();
  }

  /**
   * Returns features of unit length. Missing features are computed and stored.
   *
   * @param progress receives the number of available features
   * @throws KgCoopException if an image cannot be read, or the folder cannot be written
   */
  Features features(List<ViewEncoder.Request> requests, FeatureProgress progress) {
    return features(requests, Feature::vector, progress);
  }

  /** Returns features as the image encoder computes them, otherwise as {@link #features}. */
  Features raw(List<ViewEncoder.Request> requests, FeatureProgress progress) {
    return features(requests, Feature::raw, progress);
  }

  private Features features(
      List<ViewEncoder.Request> requests,
      Function<Feature, float[]> vector,
      FeatureProgress progress) {
    List<float[]> vectors = new ArrayList<>();
    double[] seconds = {0};
    pass(
            requests,
            stamps(requests),
            problem -> {
              throw problem.reason();
            },
            progress,
            (feature, i) -> {
              vectors.add(vector.apply(feature));
              seconds[0] += feature.seconds();
            })
        .inOrder();
    return new Features(vectors, seconds[0]);
  }

  /** An unreadable image and the reason. */
  public record Problem(Path file, KgCoopException reason) {}

  /**
   * Passes on features of files under the test transform, rotated by their EXIF orientation, in the
   * order of the files. Missing features are computed and stored.
   *
   * @param raw true for features as the image encoder computes them, false for features of unit
   *     length
   * @param problems receives unreadable images; if it returns, they are left out
   * @param progress receives the number of available features
   * @throws KgCoopException if the folder cannot be written
   */
  public synchronized void upright(
      List<Path> files,
      boolean raw,
      Consumer<Problem> problems,
      FeatureProgress progress,
      BiConsumer<Path, float[]> row) {
    List<ViewEncoder.Request> requests = ViewEncoder.Request.upright(files);
    pass(
            requests,
            stamps(requests),
            problems,
            progress,
            (feature, i) -> row.accept(files.get(i), raw ? feature.raw() : feature.vector()))
        .inOrder();
  }

  /**
   * Passes on features as {@link #upright(List, boolean, Consumer, FeatureProgress, BiConsumer)},
   * of unit length, but in any order and on several threads, which is faster.
   */
  public synchronized void uprightInAnyOrder(
      List<StampedImage> images,
      Consumer<Problem> problems,
      FeatureProgress progress,
      BiConsumer<Path, float[]> row) {
    List<Path> files = images.stream().map(StampedImage::file).toList();
    pass(
            ViewEncoder.Request.upright(files),
            () -> images.stream().map(StampedImage::stamp).toArray(Digest[]::new),
            problems,
            progress,
            (feature, i) -> row.accept(files.get(i), feature.vector()))
        .inAnyOrder();
  }

  /**
   * Returns the features of files as {@link #upright(List, boolean, Consumer, FeatureProgress,
   * BiConsumer)}, by file.
   */
  public Map<Path, float[]> upright(
      List<Path> files, boolean raw, Consumer<Problem> problems, FeatureProgress progress) {
    Map<Path, float[]> features = new LinkedHashMap<>();
    upright(files, raw, problems, progress, features::put);
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
    Set<Path> reported = new HashSet<>();
    List<ViewEncoder.Request> requests = testViews(items);
    pass(
            requests,
            stamps(requests),
            problem -> {
              if (reported.add(problem.file())) {
                problems.accept(problem);
              }
            },
            progress,
            (feature, i) -> {})
        .inOrder();
  }

  private static Supplier<@Nullable Digest[]> stamps(List<ViewEncoder.Request> requests) {
    return () -> ImageHashes.stamps(requests.stream().map(each -> each.item().file()).toList());
  }

  private synchronized FeaturePass pass(
      List<ViewEncoder.Request> requests,
      Supplier<@Nullable Digest[]> stamps,
      Consumer<Problem> problems,
      FeatureProgress progress,
      ObjIntConsumer<Feature> features) {
    return new FeaturePass(
        encoder,
        hashes,
        store,
        requests,
        stamps,
        (file, reason) -> problems.accept(new Problem(file, reason)),
        progress,
        features);
  }

  /** Returns the files whose bytes cannot be read. */
  public List<Problem> unreadable(List<Path> files) {
    List<Problem> problems = new ArrayList<>();
    try {
      hashes.of(files);
    } catch (KgCoopException e) { // one of them is unreadable
      for (Path file : files) {
        try {
          Images.bytes(file);
        } catch (KgCoopException each) {
          problems.add(new Problem(file, each));
        }
      }
    }
    return problems;
  }

  /** Returns the images whose features under the test transform are not in the cache. */
  public synchronized List<Item> missing(List<Item> items) {
    List<ImageHash> files = hashes.known(items.stream().map(Item::file).toList());
    List<ViewEncoder.Request> requests = testViews(items);
    store.refresh();
    return IntStream.range(0, items.size())
        .filter(i -> store.place(encoder.key(requests.get(i), files.get(i))) == DigestTable.ABSENT)
        .mapToObj(items::get)
        .toList();
  }
}
