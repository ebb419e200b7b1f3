package org.kgcoop.method;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.model.Formula;
import org.kgcoop.model.Head;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Zero-shot CLIP and a cache of images, whose features are the keys K (N, E) and whose one-hot
 * labels are the values V (N, C): {@code logits = scale f T' + alpha exp(-beta (1 - f K')) V}.
 */
public final class KeyCache implements Head {
  /** The name of the labels among what is learned. */
  public static final String LABELS = "labels";

  private final Tensor texts; // T, (C, E), unit rows
  private final double scale;
  private final Tensor keys; // (N, E), as the sums put them
  private final SegmentSum sums;
  private final double alpha;
  private final double beta;

  /**
   * A cache with copies of those tensors.
   *
   * @param keys (N, E)
   * @param labels of the N images, 0 to classes - 1
   */
  public static KeyCache of(
      Clip clip, CacheSettings settings, List<String> classNames, Tensor keys, int[] labels) {
    try (Scope scope = Scope.open("cache")) {
      return new KeyCache(
          settings,
          settings.texts(clip, classNames),
          settings.scale(clip),
          keys.to(clip.device()),
          new SegmentSum(labels, classNames.size()));
    }
  }

  /**
   * A cache with copies of those tensors.
   *
   * @param keys as the images come
   */
  KeyCache(CacheSettings settings, Tensor texts, double scale, Tensor keys, SegmentSum sums) {
    try (Scope scope = Scope.open("cache");
        Autograd.Switch off = Autograd.off()) {
      this.texts = texts.copy().keep();
      this.scale = scale;
      this.keys = sums.put(keys).detach().copy().keep();
      this.sums = sums;
      this.alpha = settings.alpha();
      this.beta = settings.beta();
    }
  }

  /** The tensors that are learned: the keys, under that name, and the labels of their images. */
  static Map<String, StoredTensor> stored(String name, Tensor keys, int[] labels) {
    Map<String, StoredTensor> stored = new LinkedHashMap<>();
    stored.put(name, StoredTensor.of(name, keys));
    long[] longs = Arrays.stream(labels).asLongStream().toArray();
    stored.put(LABELS, StoredTensor.of(LABELS, Tensor.of(longs, longs.length)));
    return stored;
  }

  /**
   * The cache that was learned.
   *
   * @param name of the keys
   */
  static KeyCache of(
      Clip clip,
      FittedMethod learned,
      List<String> classNames,
      CacheSettings settings,
      String name) {
    try (Scope scope = Scope.open("cache")) {
      Tensor keys = learned.value(name);
      long[] labels = learned.value(LABELS).toLongs();
      int width = clip.config().embedDim();
      boolean known = Arrays.stream(labels).allMatch(l -> l >= 0 && l < classNames.size());
      if (keys.rank() != 2
          || keys.size(0) != labels.length
          || keys.size(1) != width
          || labels.length == 0
          || !known) {
        throw KgCoopException.weights(
            "%s: '%s' is %s, with %s labels; expected keys of width %s and labels of %s classes"
                .formatted(
                    learned.method().title(), name, keys, labels.length, width, classNames.size()));
      }
      return of(
          clip, settings, classNames, keys, Arrays.stream(labels).mapToInt(l -> (int) l).toArray());
    }
  }

  /** The term of the cache before alpha: {@code exp(-beta (1 - f K')) V}, (B, C). */
  public Tensor cached(Tensor features) {
    try (Autograd.Switch off = Autograd.off()) {
      return cached(distances(features), beta);
    }
  }

  /** {@code 1 - f K'}, (B, N). */
  Tensor distances(Tensor features) {
    return distances(features, keys);
  }

  static Tensor distances(Tensor features, Tensor keys) {
    return features.matmul(keys.transpose(0, 1)).times(-1).plus(1);
  }

  /** The term of the cache with another beta. */
  Tensor cached(Tensor distances, double otherBeta) {
    return cached(distances, otherBeta, sums);
  }

  static Tensor cached(Tensor distances, double beta, SegmentSum sums) {
    return sums.of(distances.times(-beta).exp());
  }

  /** {@code scale f T'}, (B, C). */
  Tensor zeroShot(Tensor features) {
    return features.matmul(texts.transpose(0, 1)).times(scale);
  }

  @Override
  public Tensor logits(Tensor features) {
    try (Autograd.Switch off = Autograd.off()) {
      return zeroShot(features).plus(cached(features).times(alpha));
    }
  }

  @Override
  public Optional<Formula> formula() {
    return Optional.of(
        new Formula.Sum(
            List.of(
                new Formula.Linear(texts, null, scale),
                new Formula.Cache(keys, sums.oneHot().to(keys.device()), alpha, beta))));
  }

  @Override
  public void close() {
    texts.close();
    keys.close();
  }
}
