package org.kgcoop.method;

import java.util.List;
import java.util.stream.IntStream;
import org.kgcoop.model.FixedHead;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.Workers;

/** Counts the correct predictions of a key-value cache for each alpha and beta of a grid. */
public final class CacheCounts {
  /** Number of images per parallel job. */
  private static final int PIECE = 256;

  private CacheCounts() {}

  /**
   * Returns the number of correct predictions at each point of the grid.
   *
   * @param cache the cache; its own alpha and beta are ignored
   * @param features the image features, (n, E), unit rows
   * @param labels the labels of these images
   * @param check called before each beta of each part, on several threads; an exception ends the
   *     count
   * @return counts, indexed by beta, then by alpha
   */
  public static long[][] correct(
      KeyCache cache, CacheGrid grid, Tensor features, int[] labels, Runnable check) {
    int betas = grid.betas();
    int alphas = grid.alphas();
    int pieces = (labels.length + PIECE - 1) / PIECE;
    long[][] counts = new long[betas][alphas];
    try (Scope scope = Scope.open("search");
        Autograd.Switch off = Autograd.off()) {
      List<List<Tensor>> counted =
          Workers.map(
              pieces,
              piece -> {
                int from = piece * PIECE;
                int length = Math.min(PIECE, labels.length - from);
                Tensor own = features.narrow(0, from, length);
                return List.of(
                    counted(cache, grid, own, IntStream.range(from, from + length), labels, check));
              });
      for (List<Tensor> piece : counted) {
        long[] flat = piece.get(0).toLongs();
        for (int p = 0; p < flat.length; p++) {
          counts[p / alphas][p % alphas] += flat[p];
        }
      }
    }
    return counts;
  }

  private static Tensor counted(
      KeyCache cache,
      CacheGrid grid,
      Tensor features,
      IntStream images,
      int[] labels,
      Runnable check) {
    int betas = grid.betas();
    int alphas = grid.alphas();
    int[] own = images.map(i -> labels[i]).toArray();
    long[] counts = new long[betas * alphas];
    float[] zeroShot = cache.texts().logits(features).toFloats();
    FixedHead.Cache votes = cache.cache();
    Tensor distances = votes.distances(features);
    for (int i = 0; i < betas; i++) {
      check.run();
      try (Scope scope = Scope.open("beta")) {
        float[] cached = votes.votes(distances, grid.beta(i)).toFloats();
        int classes = cached.length / own.length;
        for (int n = 0; n < own.length; n++) {
          Range right = right(zeroShot, cached, n * classes, classes, own[n]);
          for (int j = 0; j < alphas; j++) {
            if (right.contains(grid.alpha(j))) {
              counts[i * alphas + j]++;
            }
          }
        }
      }
    }
    return Tensor.of(counts, counts.length);
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
