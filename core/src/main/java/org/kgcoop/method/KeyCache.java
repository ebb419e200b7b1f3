package org.kgcoop.method;

import java.util.Arrays;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.model.SegmentSum;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.Workers;

/**
 * Zero-shot CLIP combined with a cache of images. The image features are the keys K (N, E), and the
 * one-hot labels are the values V (N, C): {@code logits = scale f T' + alpha exp(-beta (1 - f K'))
 * V}.
 *
 * @param texts the zero-shot head with T, (C, E), unit rows
 * @param cache the head with K, in the order of its segment sums
 */
public record KeyCache(FixedHead.Linear texts, FixedHead.Cache cache) {
  /** Number of images per parallel job of a count. */
  private static final int PIECE = 256;

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

  /** Returns the labels of the keys as a learned tensor. */
  static StoredTensor storedLabels(int[] labels) {
    return StoredTensor.of(LABELS, Tensor.indices(labels));
  }

  /**
   * Returns the classifier of a learned cache. The caller closes it.
   *
   * @param name the name of the keys
   */
  static Head classifier(
      Clip clip,
      FittedMethod learned,
      List<String> classNames,
      CacheSettings settings,
      String name) {
    try (Scope scope = Scope.open("cache")) {
      LabeledFeatures images = images(clip, learned, name);
      FixedHead.Linear texts = settings.texts(clip, classNames);
      return of(settings, texts, images.features(), images.labelArray()).head().copy();
    }
  }

  /**
   * Returns the images of a learned cache, in the open scope.
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

  /**
   * Returns the number of correct predictions at each point of a grid. The own alpha and beta are
   * ignored.
   *
   * @param features the image features, (n, E), unit rows
   * @param labels the labels of these images
   * @param check called before each beta of each part, on several threads; an exception ends the
   *     count
   * @return counts, with beta as the outer loop
   */
  public long[] correct(CacheGrid grid, Tensor features, int[] labels, Runnable check) {
    long[] counts = new long[grid.betas() * grid.alphas()];
    int pieces = (labels.length + PIECE - 1) / PIECE;
    try (Scope scope = Scope.open("search");
        Autograd.Switch off = Autograd.off()) {
      List<Tensor> counted =
          Workers.each(
              pieces,
              piece -> {
                int from = piece * PIECE;
                int to = Math.min(labels.length, from + PIECE);
                Tensor own = features.narrow(0, from, to - from);
                long[] found = counted(grid, own, Arrays.copyOfRange(labels, from, to), check);
                return Tensor.of(found, found.length);
              });
      for (Tensor piece : counted) {
        long[] own = piece.toLongs();
        Arrays.setAll(counts, point -> counts[point] + own[point]);
      }
    }
    return counts;
  }

  private long[] counted(CacheGrid grid, Tensor features, int[] labels, Runnable check) {
    long[] counts = new long[grid.betas() * grid.alphas()];
    float[] zeroShot = texts.logits(features).toFloats();
    Tensor distances = cache.distances(features);
    for (int i = 0; i < grid.betas(); i++) {
      check.run();
      try (Scope scope = Scope.open("beta")) {
        float[] cached = cache.votes(distances, grid.beta(i)).toFloats();
        int classes = cached.length / labels.length;
        for (int n = 0; n < labels.length; n++) {
          Range right = right(zeroShot, cached, n * classes, classes, labels[n]);
          for (int j = 0; j < grid.alphas(); j++) {
            if (right.contains(grid.alpha(j))) {
              counts[i * grid.alphas() + j]++;
            }
          }
        }
      }
    }
    return counts;
  }

  /** Open interval of values of alpha. */
  private record Range(double from, double to) {
    boolean contains(double alpha) {
      return from < alpha && alpha < to;
    }
  }

  /**
   * Returns the values of alpha for which an image is classified correctly. Its label wins against
   * another class if {@code d + alpha e > 0}. Here d is the difference of their zero-shot logits
   * and e the difference of their cache terms. One pass over the classes therefore covers all
   * values of alpha.
   *
   * @param at the index of the first number of the image's row
   */
  private static Range right(float[] zeroShot, float[] cached, int at, int classes, int label) {
    double from = Double.NEGATIVE_INFINITY;
    double to = Double.POSITIVE_INFINITY;
    for (int c = 0; c < classes; c++) {
      double d = (double) zeroShot[at + label] - zeroShot[at + c];
      double e = (double) cached[at + label] - cached[at + c];
      if (e > 0) {
        from = Math.max(from, -d / e);
      } else if (e < 0) {
        to = Math.min(to, -d / e);
      } else if (d < 0
          || (d == 0 && c < label)) { // If all logits are equal, the first class is predicted.
        return new Range(0, 0);
      }
    }
    return new Range(from, to);
  }
}
