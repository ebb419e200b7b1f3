package org.kgcoop.features;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.data.ImageHash;
import org.kgcoop.data.ImageHashes;
import org.kgcoop.data.Item;
import org.kgcoop.files.DigestTable;
import org.kgcoop.files.Sha256;
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
   * Returns features in the order of the request, without those of unreadable images. Missing ones
   * are computed and stored.
   *
   * @throws KgCoopException if the folder cannot be written, or if the receiver of unreadable
   *     images throws it
   */
  @CanIgnoreReturnValue
  public List<Feature> get(FeatureRequest request) {
    List<Feature> features = new ArrayList<>();
    each(request, (feature, i) -> features.add(feature));
    return features;
  }

  /**
   * Passes on features as {@link #get} returns them, with their positions in the request, and keeps
   * only a few of them in memory.
   */
  public void each(FeatureRequest request, ObjIntConsumer<Feature> sink) {
    pass(request, sink).inOrder();
  }

  /**
   * Passes on features as {@link #each}, but in any order and on several threads, which is faster.
   */
  public void eachInAnyOrder(FeatureRequest request, ObjIntConsumer<Feature> sink) {
    pass(request, sink).inAnyOrder();
  }

  private synchronized FeaturePass pass(FeatureRequest request, ObjIntConsumer<Feature> sink) {
    return new FeaturePass(encoder, hashes, store, request, sink);
  }

  /** Returns the images whose features under the test transform are not in the cache. */
  public synchronized List<Item> missing(List<Item> items) {
    List<ImageHash> files = hashes.known(items.stream().map(Item::file).toList());
    store.refresh();
    return IntStream.range(0, items.size())
        .filter(
            i ->
                store.place(encoder.key(items.get(i), ImageView.TEST, files.get(i)))
                    == DigestTable.ABSENT)
        .mapToObj(items::get)
        .toList();
  }
}
