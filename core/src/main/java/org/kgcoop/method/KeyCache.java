package org.kgcoop.method;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.SegmentSum;
import org.kgcoop.tensor.Tensor;

/**
 * Zero-shot CLIP combined with a cache of images. The image features are the keys K (N, E), and the
 * one-hot labels are the values V (N, C): {@code logits = scale f T' + alpha exp(-beta (1 - f K'))
 * V}.
 *
 * @param texts the zero-shot head with T, (C, E), unit rows
 * @param cache the head with K, in the order of its segment sums
 */
public record KeyCache(FixedHead.Linear texts, FixedHead.Cache cache) {
  /** Name of the labels among the learned tensors. */
  public static final String LABELS = "labels";

  /**
   * Creates a cache of images, in the open scope.
   *
   * @param keys the keys, (N, E), in the order of the images
   */
  static KeyCache of(CacheSettings settings, FixedHead.Linear texts, Tensor keys, SegmentSum sums) {
    return new KeyCache(
        texts,
        new FixedHead.Cache(sums.sortByClass(keys), sums, settings.alpha(), settings.beta()));
  }

  /**
   * Creates a cache of images, in the open scope.
   *
   * @param keys the keys, (N, E), in the order of the images
   * @param labels the labels of the N images, 0 to classes - 1
   */
  public static KeyCache of(
      CacheSettings settings, FixedHead.Linear texts, Tensor keys, int[] labels) {
    SegmentSum sums = new SegmentSum(labels, Math.toIntExact(texts.classes()));
    return of(settings, texts, keys, sums);
  }

  /** Returns the learned tensors: the keys, with the given name, and the labels of their images. */
  static Map<String, StoredTensor> stored(String name, Tensor keys, int[] labels) {
    Map<String, StoredTensor> stored = new LinkedHashMap<>();
    stored.put(name, StoredTensor.of(name, keys));
    long[] longs = Arrays.stream(labels).asLongStream().toArray();
    stored.put(LABELS, StoredTensor.of(LABELS, Tensor.of(longs, longs.length)));
    return stored;
  }

  /**
   * Returns the learned cache, in the open scope.
   *
   * @param name the name of the keys
   */
  static KeyCache of(
      Clip clip,
      FittedMethod learned,
      List<String> classNames,
      CacheSettings settings,
      String name) {
    LabeledFeatures images = images(clip, learned, name);
    return of(settings, settings.texts(clip, classNames), images.features(), images.labelArray());
  }

  /**
   * Returns the images that {@link #stored} contains, in the open scope.
   *
   * @throws KgCoopException if they do not fit the CLIP model or the learned classes
   */
  static LabeledFeatures images(Clip clip, FittedMethod learned, String name) {
    int classes = learned.classNames().size();
    Tensor keys = learned.value(name);
    long[] labels = learned.value(LABELS).toLongs();
    int width = clip.config().embedDim();
    boolean known = Arrays.stream(labels).allMatch(l -> l >= 0 && l < classes);
    if (keys.rank() != 2
        || keys.size(0) != labels.length
        || keys.size(1) != width
        || labels.length == 0
        || !known) {
      throw KgCoopException.weights(
          "%s: '%s' is %s, with %s labels; expected keys of width %s and labels of %s classes"
              .formatted(learned.method().title(), name, keys, labels.length, width, classes));
    }
    return new LabeledFeatures(
        keys.to(clip.device()), Arrays.stream(labels).mapToObj(l -> (int) l).toList());
  }

  /** Returns a head whose logits are the sum of the zero-shot logits and the cache logits. */
  public FixedHead head() {
    return new FixedHead.Sum(List.of(texts, cache));
  }
}
