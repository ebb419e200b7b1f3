package org.kgcoop.method;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Gaussian discriminant analysis of image features. Each class is a normal distribution around its
 * mean, and all classes share one precision matrix. Wang et al., "A Hard-to-Beat Baseline for
 * Training-free CLIP-based Adaptation", ICLR 2024.
 *
 * <p>The inputs are the class means m_c (C, E), the centered rows x, and their scatter S = sum x
 * x'. The ridge is r = tr(S) / (n - 1), and the precision is P = E (S + r I)^-1. The weights are
 * w_c = P m_c, and the biases are b_c = log(1 / C) - m_c' P m_c / 2. All computations use double
 * precision.
 */
public final class GaussianDiscriminant {
  /** Number of images near the text of a new class that represent the class, as published. */
  public static final int NEIGHBORS = 64;

  /** Weight of the text feature, in images, as published. */
  public static final int COPIES = 16;

  /** Relative cut-off of torch.linalg.pinv per row of a float32 matrix. */
  private static final double CUT_OFF = 1.1920929e-7;

  private final Tensor rows; // (n, E), float64
  private final int[] labels;
  private final int classes;
  private final Tensor means; // (C, E)
  private final Tensor centered; // x, (n, E)

  /**
   * Computes the class means. Tensors are in the open scope.
   *
   * @param rows the features, (n, E), unit rows
   * @param labels the labels of the rows, from 0 to classes - 1
   * @throws KgCoopException if a class has no row
   */
  public GaussianDiscriminant(Tensor rows, int[] labels, int classes) {
    this.rows = rows.to(DType.FLOAT64);
    this.labels = labels.clone();
    this.classes = classes;
    int[] counts = counts();
    for (int c = 0; c < classes; c++) {
      if (counts[c] == 0) {
        throw KgCoopException.data(
            "GDA: class %s has no image; each class needs at least one".formatted(c));
      }
    }
    float[] assign = new float[classes * labels.length];
    for (int i = 0; i < labels.length; i++) {
      assign[labels[i] * labels.length + i] = 1;
    }
    Tensor sums = exact(assign, classes, labels.length).matmul(this.rows);
    means = sums.dividedBy(exact(floats(counts), classes, 1));
    centered =
        this.rows.minus(
            means.indexSelect(
                0, Tensor.of(Arrays.stream(labels).asLongStream().toArray(), labels.length)));
  }

  private int[] counts() {
    int[] counts = new int[classes];
    for (int label : labels) {
      counts[label]++;
    }
    return counts;
  }

  private static Tensor exact(float[] values, long... shape) {
    return Tensor.of(values, shape).to(DType.FLOAT64);
  }

  private static float[] floats(int[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = values[i];
    }
    return floats;
  }

  /**
   * Weights and biases of a linear head.
   *
   * @param weights the weights, (C, E), float64
   * @param bias the biases, (C, 1), float64
   */
  public record Linear(Tensor weights, Tensor bias) {

    /** Computes {@code scale x T' + alpha (x W' + b)} for images x, (B, C), float64. */
    public Tensor logits(Tensor images, Tensor texts, double scale, double alpha) {
      Tensor exact = images.to(DType.FLOAT64);
      Tensor zeroShot = exact.matmul(texts.to(DType.FLOAT64).transpose(0, 1)).times(scale);
      return zeroShot.plus(
          exact.matmul(weights.transpose(0, 1)).plus(bias.transpose(0, 1)).times(alpha));
    }

    /** Selects some of the classes. */
    Linear select(Tensor classes) {
      return new Linear(weights.indexSelect(0, classes), bias.indexSelect(0, classes));
    }

    /**
     * Counts correct predictions and sums losses of images for each alpha.
     *
     * @param images the image features, (B, E), unit rows
     * @param labels the labels, (B)
     * @param texts the class features, (C, E), unit rows
     */
    public LeaveOneOut scores(
        Tensor images, int[] labels, Tensor texts, double scale, double[] alphas) {
      int classes = Math.toIntExact(texts.size(0));
      Tensor none = texts.times(0);
      double[][] zeroShot = matrix(logits(images, texts, scale, 0), classes);
      double[][] densities = matrix(logits(images, none, 0, 1), classes);
      LeaveOneOut.Counter counter = new LeaveOneOut.Counter(alphas.length);
      for (int i = 0; i < labels.length; i++) {
        count(counter, zeroShot[i], densities[i], alphas, labels[i]);
      }
      return counter.result(labels.length);
    }
  }

  /** Computes weights and biases from class means (C, E) and a precision matrix (E, E). */
  private static Linear linear(Tensor means, Tensor precision) {
    Tensor weights = means.matmul(precision);
    Tensor quadratic = weights.times(means).sum(1).unsqueeze(1);
    return new Linear(weights, quadratic.times(-0.5).plus(-Math.log((double) means.size(0))));
  }

  /** Computes weights and biases with the pooled precision. */
  public Linear pooled() {
    return linear(means, pooledPrecision());
  }

  /** Joins two heads into one list of classes. Both must use the same precision. */
  static Linear joined(Linear first, Linear second) {
    long a = first.bias().size(0);
    long b = second.bias().size(0);
    Tensor bias =
        Tensor.concat(
            List.of(
                first.bias().plus(Math.log((double) a)), second.bias().plus(Math.log((double) b))),
            0);
    return new Linear(
        Tensor.concat(List.of(first.weights(), second.weights()), 0),
        bias.plus(-Math.log((double) (a + b))));
  }

  private Tensor pooledPrecision() {
    Tensor scatter = centered.transpose(0, 1).matmul(centered);
    return precision(scatter, labels.length - 1);
  }

  /**
   * Computes {@code E (S + tr(S) / degrees I)^-1}. If the scatter is zero, the result is zero, as
   * with pinv.
   */
  private static Tensor precision(Tensor scatter, int degrees) {
    long width = scatter.size(0);
    Tensor identity = identity(width);
    double trace = scatter.times(identity).sum().toDoubles()[0];
    if (!(trace > 0)) {
      return scatter.times(0);
    }
    return Functions.solve(scatter.plus(identity.times(trace / degrees)), identity)
        .times((double) width);
  }

  private static Tensor identity(long size) {
    return Functions.diagonal(Tensor.full(1, size).to(DType.FLOAT64));
  }

  /**
   * Computes weights and biases of the base classes as published for base-to-new. The precision is
   * the pseudo-inverse of the mean of the unbiased class covariances, without a ridge.
   *
   * @throws IllegalArgumentException if a class has only one row, which has no covariance
   */
  public Linear meanOfCovariances() {
    int[] counts = counts();
    if (Arrays.stream(counts).anyMatch(count -> count < 2)) {
      throw new IllegalArgumentException("a class with one image has no covariance");
    }
    double[] factors = new double[labels.length];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = 1 / Math.sqrt((double) classes * (counts[labels[i]] - 1));
    }
    Tensor scaled = centered.times(Tensor.of(factors, labels.length, 1));
    Functions.Eigen eigen = Functions.eigen(scaled.transpose(0, 1).matmul(scaled));
    double[] values = eigen.values().toDoubles();
    double smallest = values.length * CUT_OFF * values[values.length - 1];
    double[] inverse =
        Arrays.stream(values).map(value -> value > smallest ? 1 / value : 0).toArray();
    Tensor precision =
        eigen
            .vectors()
            .times(Tensor.of(inverse, 1, inverse.length))
            .matmul(eigen.vectors().transpose(0, 1));
    return linear(means, precision);
  }

  /**
   * Weights and biases of classes without images, for which only the text is known. The rows
   * nearest to the text represent images of the class.
   *
   * @param linear the weights and biases
   * @param neighbors the indices of the rows that were used for each class, ascending
   */
  public record NewClasses(Linear linear, List<List<Integer>> neighbors) {}

  /**
   * Extends the analysis to new classes.
   *
   * @param texts the text features of the new classes, (C_new, E), unit rows
   * @param count the number of rows that represent a class; at most all rows are used
   * @param copies the weight of the text feature, in rows
   * @param shared true to use the pooled precision of the base classes, so that base and new
   *     classes can be in one list; false to use the mean of the precisions around the texts, as
   *     published
   */
  public NewClasses newClasses(Tensor texts, int count, int copies, boolean shared) {
    Tensor exact = texts.to(DType.FLOAT64);
    int width = Math.toIntExact(exact.size(1));
    int k = Math.min(count, labels.length);
    double[] cosines = exact.matmul(rows.transpose(0, 1)).toDoubles();
    List<List<Integer>> neighbors = new ArrayList<>();
    List<Tensor> newMeans = new ArrayList<>();
    Tensor sum = null;
    for (int c = 0; c < exact.size(0); c++) {
      int offset = c * labels.length;
      List<Integer> near =
          IntStream.range(0, labels.length)
              .boxed()
              .sorted(Comparator.comparingDouble(i -> -cosines[offset + i]))
              .limit(k)
              .sorted()
              .toList();
      neighbors.add(near);
      Tensor own = rows.indexSelect(0, Tensor.of(near.stream().mapToLong(i -> i).toArray(), k));
      Tensor text = exact.narrow(0, c, 1);
      newMeans.add(own.sum(0).reshape(1, width).plus(text.times(copies)).times(1.0 / (k + copies)));
      if (!shared) {
        Tensor around = own.minus(text);
        Tensor precision = precision(around.transpose(0, 1).matmul(around), Math.max(1, k - 1));
        sum = sum == null ? precision : sum.plus(precision);
      }
    }
    Tensor precision = sum == null ? pooledPrecision() : sum.times(1.0 / exact.size(0));
    return new NewClasses(linear(Tensor.concat(newMeans, 0), precision), neighbors);
  }

  /** Logits of rows, computed by a model that has not seen any row of the same image. */
  public static final class HeldOut {
    private final List<Integer> scored;
    private final double[][] logits;

    private HeldOut(List<Integer> scored, double[][] logits) {
      this.scored = List.copyOf(scored);
      this.logits = logits;
    }

    /** Returns the indices of the rows whose class has another image, ascending. */
    public List<Integer> scored() {
      return scored;
    }

    /**
     * Returns {@code x W' + b} of the scored rows, (scored, C), without zero-shot logits and
     * without alpha.
     */
    public double[][] logits() {
      return Arrays.stream(logits).map(double[]::clone).toArray(double[][]::new);
    }
  }

  /**
   * Computes leave-one-out logits in closed form. The scatter S without the rows of an image is S -
   * U'U. The inverse (L + r I - U'U)^-1 follows from the eigenvalues L of S by the Woodbury
   * identity. The computation takes one eigendecomposition (about 9 E^3 operations) and C E
   * operations per row.
   *
   * @param groups the image of each row; all rows of an image are left out together
   */
  public HeldOut leaveOneOut(int[] groups) {
    Map<Integer, List<Integer>> images = new LinkedHashMap<>();
    for (int i = 0; i < groups.length; i++) {
      images.computeIfAbsent(groups[i], g -> new ArrayList<>()).add(i);
    }
    int width = Math.toIntExact(rows.size(1));
    int[] counts = counts();
    double[][] logits = new double[labels.length][];
    try (Scope scope = Scope.open("leave-one-out")) {
      Functions.Eigen eigen = Functions.eigen(centered.transpose(0, 1).matmul(centered));
      ScatterDowndate downdate =
          new ScatterDowndate(
              eigen.values().toDoubles(),
              matrix(rows.matmul(eigen.vectors()), width),
              matrix(centered.matmul(eigen.vectors()), width),
              matrix(means.matmul(eigen.vectors()), width));
      for (List<Integer> image : images.values()) {
        int label = labels[image.get(0)];
        if (counts[label] > image.size()) {
          downdate.leaveOut(image, label, counts[label], logits);
        }
      }
    }
    List<Integer> scored =
        IntStream.range(0, labels.length).filter(i -> logits[i] != null).boxed().toList();
    return new HeldOut(scored, scored.stream().map(i -> logits[i]).toArray(double[][]::new));
  }

  private static double[][] matrix(Tensor tensor, int width) {
    double[] flat = tensor.toDoubles();
    return IntStream.range(0, flat.length / width)
        .mapToObj(i -> Arrays.copyOfRange(flat, i * width, (i + 1) * width))
        .toArray(double[][]::new);
  }

  /**
   * Returns the published selection by validation images: the first best alpha, or 0.1 if no
   * prediction is correct.
   */
  public static double alpha(double[] alphas, long[] correct) {
    int best = new LeaveOneOut(correct, new double[correct.length]).firstBest().orElseThrow();
    return correct[best] == 0 ? 0.1 : alphas[best];
  }

  /**
   * Counts correct leave-one-out predictions for each alpha.
   *
   * @param texts the class features, (C, E), unit rows
   * @param groups the image of each row
   * @param scale s of {@code s x T' + alpha (x W' + b)}
   * @return the counts; empty if no row is scored
   */
  public LeaveOneOut search(Tensor texts, int[] groups, double scale, double[] alphas) {
    HeldOut heldOut = leaveOneOut(groups);
    if (heldOut.scored.isEmpty()) {
      return new LeaveOneOut(new long[0], new double[0]);
    }
    double[][] zeroShot =
        matrix(rows.matmul(texts.to(DType.FLOAT64).transpose(0, 1)).times(scale), classes);
    LeaveOneOut.Counter counter = new LeaveOneOut.Counter(alphas.length);
    for (int i = 0; i < heldOut.scored.size(); i++) {
      int row = heldOut.scored.get(i);
      count(counter, zeroShot[row], heldOut.logits[i], alphas, labels[row]);
    }
    return counter.result(heldOut.scored.size());
  }

  /**
   * Adds the logits {@code zeroShot + alpha density} (C) of an image to the counter, for each
   * alpha.
   */
  private static void count(
      LeaveOneOut.Counter counter,
      double[] zeroShot,
      double[] density,
      double[] alphas,
      int label) {
    double[] logits = new double[density.length];
    for (int a = 0; a < alphas.length; a++) {
      for (int c = 0; c < logits.length; c++) {
        logits[c] = zeroShot[c] + alphas[a] * density[c];
      }
      counter.add(a, logits, label);
    }
  }
}
