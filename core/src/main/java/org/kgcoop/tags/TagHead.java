package org.kgcoop.tags;

import static org.kgcoop.tensor.Vectors.dot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.method.KernelRidge;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * One kernel ridge for all tags, with the text of each tag as its prior. For the labeled images L,
 * their tags Y, an image x and the text t_k of tag k:
 *
 * <pre>
 * z_ik   = (x_i . t_k - mean_L) / sd_L              the standardized cosine
 * p_k    = share of L with the tag
 * b_k    = max(0, sum_L z (y - p) / (sum_L z^2 + 10))
 * k(i,j) = exp(-(0.6 / d) (1 - x_i . x_j))
 * score  = p_k + b_k z_ik + k(i, L) (K_LL + 0.1 I)^-1 (Y - p - b z)_L
 * </pre>
 *
 * <p>d is the median distance of the images, as in {@link org.kgcoop.method.GapHead#distance}. The
 * score is about the share of images like this one that have the tag, and no probability: it can be
 * below 0 and above 1. The combination is unpublished; the ridge is that of {@link
 * org.kgcoop.method.KernelRidge}.
 *
 * <p>An object is immutable. A score depends on its image only, whichever images are scored with
 * it.
 *
 * @param images the features of L, (n, D), unit rows
 * @param texts the features of the texts, (K, D), unit rows
 * @param coefficients (K_LL + 0.1 I)^-1 (Y - p - b z), (n, K)
 * @param share p, (K)
 * @param slope b, (K)
 * @param mean the mean of the cosines of each text, (K)
 * @param deviation their standard deviation, (K)
 * @param beta 0.6 / d
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record TagHead(
    double[][] images,
    double[][] texts,
    double[][] coefficients,
    double[] share,
    double[] slope,
    double[] mean,
    double[] deviation,
    double beta) {
  /** The most labeled images: their kernel takes 800 MB, and its inverse three times as much. */
  public static final int MAX_IMAGES = 10_000;

  private static final double BETA = 0.6;
  private static final double RIDGE = 0.1;
  private static final double SLOPE_PENALTY = 10; // in images
  private static final double ROUNDING = 1e-9; // features have seven digits

  /**
   * A fitted head.
   *
   * @param leftOut the score of each labeled image by a head that has not seen any image of its
   *     group, (n, K). The prior is computed without the image itself, and the mean and the
   *     deviation of the cosines with all images.
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Fit(TagHead head, double[][] leftOut) {}

  /**
   * Fits a head.
   *
   * @param features the labeled images, (n, D), unit rows; at least two
   * @param texts the texts of the tags, (K, D), unit rows
   * @param tags true if an image has a tag, (n, K)
   * @param groups the group of each image, (n); images of a group are left out together
   * @param distance d
   */
  public static Fit fit(
      Tensor features, Tensor texts, boolean[][] tags, int[] groups, double distance) {
    double beta = BETA / distance;
    try (Scope scope = Scope.open("tags")) {
      Tensor x = features.to(DType.FLOAT64);
      Tensor t = texts.to(DType.FLOAT64);
      double[][] z = x.matmul(t.transpose(0, 1)).toDoubleRows(); // (n, K)
      double[] mean = new double[z[0].length];
      double[] deviation = new double[z[0].length];
      standardize(z, mean, deviation);
      Prior prior = new Prior(z, tags);
      Tensor residual = prior.residual();
      Tensor inverse = inverse(x, beta);
      double[][] coefficients = inverse.matmul(residual).toDoubleRows();
      double[][] leftOut = corrections(inverse, residual.toDoubleRows(), coefficients, groups);
      for (int i = 0; i < leftOut.length; i++) {
        for (int k = 0; k < mean.length; k++) {
          leftOut[i][k] += prior.without(i, k);
        }
      }
      TagHead head =
          new TagHead(
              x.toDoubleRows(),
              t.toDoubleRows(),
              coefficients,
              prior.share,
              prior.slope,
              mean,
              deviation,
              beta);
      return new Fit(head, leftOut);
    }
  }

  /** Computes (K_LL + 0.1 I)^-1. */
  private static Tensor inverse(Tensor x, double beta) {
    try (Tensor matrix = KernelRidge.kernel(x, beta)) {
      Tensor diagonal = matrix.diagonal();
      diagonal.copy_(diagonal.copy().plus(RIDGE));
      return Functions.inverse(matrix);
    }
  }

  /** Turns cosines (n, K) into z, in place. */
  private static void standardize(double[][] cosines, double[] mean, double[] deviation) {
    for (int k = 0; k < mean.length; k++) {
      double sum = 0;
      for (double[] row : cosines) {
        sum += row[k];
      }
      mean[k] = sum / cosines.length;
      double squares = 0;
      for (double[] row : cosines) {
        squares += (row[k] - mean[k]) * (row[k] - mean[k]);
      }
      deviation[k] = Math.sqrt(squares / cosines.length);
      for (double[] row : cosines) {
        row[k] = standardized(row[k], mean[k], deviation[k]);
      }
    }
  }

  /** Returns z; 0 if the cosines of the labeled images differ by rounding only. */
  private static double standardized(double cosine, double mean, double deviation) {
    return deviation < ROUNDING ? 0 : (cosine - mean) / deviation;
  }

  private static double has(boolean tag) {
    return tag ? 1 : 0;
  }

  /** The score of the text alone, p + b z. */
  private static final class Prior {
    private final double[][] z;
    private final boolean[][] tags;
    private final int[] positives;
    private final double[] share;
    private final double[] slope;
    private final double[] products; // sum of z (y - p)
    private final double[] squares; // sum of z^2 + 10

    Prior(double[][] z, boolean[][] tags) {
      this.z = z;
      this.tags = tags;
      int count = z[0].length;
      positives = new int[count];
      share = new double[count];
      slope = new double[count];
      products = new double[count];
      squares = new double[count];
      for (boolean[] row : tags) {
        for (int k = 0; k < count; k++) {
          positives[k] += row[k] ? 1 : 0;
        }
      }
      Arrays.setAll(share, k -> (double) positives[k] / tags.length);
      Arrays.fill(squares, SLOPE_PENALTY);
      for (int i = 0; i < z.length; i++) {
        for (int k = 0; k < count; k++) {
          products[k] += product(i, k);
          squares[k] += z[i][k] * z[i][k];
        }
      }
      Arrays.setAll(slope, k -> Math.max(0, products[k] / squares[k]));
    }

    private double product(int i, int k) {
      return z[i][k] * (has(tags[i][k]) - share[k]);
    }

    /** Returns y - p - b z, (n, K). */
    Tensor residual() {
      double[] residual = new double[z.length * share.length];
      for (int i = 0, at = 0; i < z.length; i++) {
        for (int k = 0; k < share.length; k++) {
          residual[at++] = has(tags[i][k]) - share[k] - slope[k] * z[i][k];
        }
      }
      return Tensor.of(residual, z.length, share.length);
    }

    /** Returns the score of a labeled image, with p and b of the other images. */
    double without(int i, int k) {
      double others = (positives[k] - has(tags[i][k])) / Math.max(1, z.length - 1);
      double steepness = (products[k] - product(i, k)) / (squares[k] - z[i][k] * z[i][k]);
      return others + Math.max(0, steepness) * z[i][k];
    }
  }

  /** Returns the corrections r_g - (A_gg)^-1 a_g of all groups g, with A the inverse matrix. */
  private static double[][] corrections(
      Tensor inverse, double[][] residual, double[][] coefficients, int[] groups) {
    Map<Integer, List<Integer>> members = new LinkedHashMap<>();
    for (int i = 0; i < groups.length; i++) {
      members.computeIfAbsent(groups[i], group -> new ArrayList<>()).add(i);
    }
    double[] diagonal = inverse.diagonal().toDoubles();
    double[][] corrections = new double[residual.length][];
    for (List<Integer> group : members.values()) {
      double[][] removed = removed(inverse, diagonal, coefficients, group);
      for (int j = 0; j < group.size(); j++) {
        int i = group.get(j);
        double[] row = residual[i].clone();
        for (int k = 0; k < row.length; k++) {
          row[k] -= removed[j][k];
        }
        corrections[i] = row;
      }
    }
    return corrections;
  }

  private static double[][] removed(
      Tensor inverse, double[] diagonal, double[][] coefficients, List<Integer> group) {
    if (group.size() == 1) {
      int i = group.get(0);
      return new double[][] {
        Arrays.stream(coefficients[i]).map(value -> value / diagonal[i]).toArray()
      };
    }
    try (Scope scope = Scope.open("group")) {
      int[] which = group.stream().mapToInt(Integer::intValue).toArray();
      Tensor rows = inverse.indexSelect(0, Tensor.indices(which));
      Tensor block = rows.indexSelect(1, Tensor.indices(which)); // A_gg
      double[] values =
          group.stream().flatMapToDouble(i -> Arrays.stream(coefficients[i])).toArray();
      Tensor right = Tensor.of(values, which.length, values.length / which.length);
      return Functions.solve(block, right).toDoubleRows();
    }
  }

  /**
   * Returns the scores of an image.
   *
   * @param feature (D), of unit length
   * @return (K)
   */
  public float[] scores(float[] feature) {
    double[] exact = new double[feature.length];
    Arrays.setAll(exact, d -> feature[d]);
    double[] scores = scores(exact);
    float[] rounded = new float[scores.length];
    for (int k = 0; k < scores.length; k++) {
      rounded[k] = (float) scores[k] + 0f; // no -0
    }
    return rounded;
  }

  /** Returns the scores of an image in double precision, as {@link #scores(float[])}. */
  public double[] scores(double[] feature) {
    double[] scores = new double[share.length];
    for (int k = 0; k < scores.length; k++) {
      double z = standardized(dot(feature, texts[k]), mean[k], deviation[k]);
      scores[k] = share[k] + slope[k] * z;
    }
    for (int i = 0; i < images.length; i++) {
      double kernel = StrictMath.exp(-beta * (1 - dot(feature, images[i])));
      double[] row = coefficients[i];
      for (int k = 0; k < scores.length; k++) {
        scores[k] += kernel * row[k];
      }
    }
    return scores;
  }
}
