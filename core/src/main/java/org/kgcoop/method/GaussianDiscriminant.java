package org.kgcoop.method;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.model.SegmentSum;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.Workers;

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

  /** Number of values in double precision that are computed at a time. */
  private static final int BLOCK = 1 << 22;

  /** The same for logits, which every candidate of a search reads. */
  static final int BLOCK_OF_LOGITS = 1 << 18;

  private final Tensor rows; // (n, E)
  private final int[] labels;
  private final int[] counts; // images of each class
  private final Tensor means; // (C, E), float64
  private @Nullable Tensor scatter; // S, (E, E), float64

  /**
   * Computes the class means. Tensors are in the open scope.
   *
   * @param rows the features, (n, E), unit rows
   * @param labels the labels of the rows, from 0 to classes - 1
   * @throws KgCoopException if a class has no row
   */
  public GaussianDiscriminant(Tensor rows, int[] labels, int classes) {
    this.rows = rows;
    this.labels = labels.clone();
    counts = new int[classes];
    for (int label : labels) {
      counts[label]++;
    }
    for (int c = 0; c < classes; c++) {
      if (counts[c] == 0) {
        throw KgCoopException.data(
            "GDA: class %s has no image; each class needs at least one".formatted(c));
      }
    }
    double[] images = Arrays.stream(counts).asDoubleStream().toArray();
    means = sums().dividedBy(Tensor.of(images, classes, 1));
  }

  /** Returns the sums of the rows of each class, (C, E), float64. Divides the columns. */
  private Tensor sums() {
    SegmentSum sums = new SegmentSum(labels, counts.length);
    List<Tensor> parts =
        blocks(
            width(),
            labels.length,
            (from, to) -> {
              Tensor some = rows.narrow(1, from, to - from).to(DType.FLOAT64);
              return sums.weighted(sums.sortByClass(some).transpose(0, 1));
            });
    return Tensor.concat(parts, 0).transpose(0, 1);
  }

  /**
   * Computes a tensor for each block of positions, in parallel.
   *
   * @param values the number of values of a position
   * @param block a function of the first position and of the one after the last
   */
  private static List<Tensor> blocks(
      int positions, int values, BiFunction<Integer, Integer, Tensor> block) {
    int size = Math.max(1, BLOCK / values);
    return Workers.each(
        (positions + size - 1) / size,
        i -> block.apply(i * size, Math.min(positions, (i + 1) * size)));
  }

  int width() {
    return Math.toIntExact(rows.size(1));
  }

  /** Returns the number of rows of each class. */
  int[] counts() {
    return counts.clone();
  }

  Tensor means() {
    return means;
  }

  /** Returns the labels of some rows. */
  int[] labelsOf(int[] some) {
    return Arrays.stream(some).map(i -> labels[i]).toArray();
  }

  /** Returns the sum of w x x' over the centered rows, (E, E), with a weight for each class. */
  private Tensor scatter(double[] weights) {
    List<Tensor> parts =
        blocks(
            labels.length,
            width(),
            (from, to) -> {
              int[] some = IntStream.range(from, to).toArray();
              double[] factors =
                  Arrays.stream(some).mapToDouble(i -> Math.sqrt(weights[labels[i]])).toArray();
              Tensor scaled = centered(some).times(Tensor.of(factors, factors.length, 1));
              return scaled.transpose(0, 1).matmul(scaled);
            });
    return parts.stream().reduce(Tensor::plus).orElseThrow();
  }

  /** Returns the scatter S. The first call creates it in the open scope. */
  Tensor scatter() {
    if (scatter == null) {
      scatter = scatter(Arrays.stream(counts).mapToDouble(count -> 1).toArray());
    }
    return scatter;
  }

  /** Returns some rows minus the means of their classes, float64. */
  Tensor centered(int[] some) {
    return exact(some).minus(means.indexSelect(0, Tensor.indices(labelsOf(some))));
  }

  /** Returns some rows, float64. */
  Tensor exact(int[] some) {
    return rows.indexSelect(0, Tensor.indices(some)).to(DType.FLOAT64);
  }

  /**
   * Log-densities of the classes, which are linear in the image feature.
   *
   * @param weights the weights, (C, E), float64
   * @param bias the biases, (C, 1), float64
   */
  public record LogDensities(Tensor weights, Tensor bias) {

    /** Computes {@code scale x T' + alpha (x W' + b)} for images x, (B, C), float64. */
    public Tensor logits(Tensor images, Tensor texts, double scale, double alpha) {
      Tensor exact = images.to(DType.FLOAT64);
      Tensor zeroShot = exact.matmul(texts.to(DType.FLOAT64).transpose(0, 1)).times(scale);
      return zeroShot.plus(
          exact.matmul(weights.transpose(0, 1)).plus(bias.transpose(0, 1)).times(alpha));
    }

    /** Selects some of the classes. */
    LogDensities select(Tensor classes) {
      return new LogDensities(weights.indexSelect(0, classes), bias.indexSelect(0, classes));
    }

    /**
     * Counts correct predictions and sums losses of images for each alpha.
     *
     * @param texts the class features, (C, E), unit rows
     */
    LeaveOneOut scores(LabeledFeatures images, Tensor texts, double scale, double[] alphas) {
      LeaveOneOut.Counter counter = new LeaveOneOut.Counter(alphas.length);
      int[] labels = images.labelArray();
      int size = Math.max(1, BLOCK_OF_LOGITS / Math.toIntExact(texts.size(0)));
      for (int from = 0; from < labels.length; from += size) {
        try (Scope scope = Scope.open("block of images")) {
          int[] some = Arrays.copyOfRange(labels, from, Math.min(labels.length, from + size));
          Tensor exact = images.features().narrow(0, from, some.length).to(DType.FLOAT64);
          Tensor zeroShot = logits(exact, texts, scale, 0);
          Tensor densities = logits(exact, texts, 0, 1);
          for (int a = 0; a < alphas.length; a++) {
            counter.add(a, zeroShot.plus(densities.times(alphas[a])), some);
          }
        }
      }
      return counter.result(labels.length);
    }
  }

  /** Computes weights and biases from class means (C, E) and a precision matrix (E, E). */
  private static LogDensities linear(Tensor means, Tensor precision) {
    Tensor weights = means.matmul(precision);
    Tensor quadratic = weights.times(means).sum(1).unsqueeze(1);
    return new LogDensities(weights, quadratic.times(-0.5).plus(-Math.log((double) means.size(0))));
  }

  /** Computes weights and biases with the pooled precision. */
  public LogDensities pooled() {
    return linear(means, pooledPrecision());
  }

  /** Joins two heads into one list of classes. Both must use the same precision. */
  static LogDensities joined(LogDensities first, LogDensities second) {
    long a = first.bias().size(0);
    long b = second.bias().size(0);
    Tensor bias =
        Tensor.concat(
            List.of(
                first.bias().plus(Math.log((double) a)), second.bias().plus(Math.log((double) b))),
            0);
    return new LogDensities(
        Tensor.concat(List.of(first.weights(), second.weights()), 0),
        bias.plus(-Math.log((double) (a + b))));
  }

  private Tensor pooledPrecision() {
    return precision(scatter(), labels.length - 1);
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
   * @throws KgCoopException if a class has only one row, which has no covariance
   */
  public LogDensities meanOfCovariances() {
    if (Arrays.stream(counts).anyMatch(count -> count < 2)) {
      throw KgCoopException.data(
          "GDA: a class with one image has no covariance; give --set gda.precision=pooled");
    }
    double[] weights =
        Arrays.stream(counts).mapToDouble(count -> 1.0 / counts.length / (count - 1)).toArray();
    Functions.Eigen eigen = Functions.eigen(scatter(weights));
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
   * Returns the weights and biases of classes without images, for which only the text is known. The
   * rows {@link #nearest} to the text represent images of the class.
   *
   * @param texts the text features of the new classes, (C_new, E), unit rows
   * @param count the number of rows that represent a class; at most all rows are used
   * @param copies the weight of the text feature, in rows
   * @param shared true to use the pooled precision of the base classes, so that base and new
   *     classes can be in one list; false to use the mean of the precisions around the texts, as
   *     published
   */
  public LogDensities newClasses(Tensor texts, int count, int copies, boolean shared) {
    Tensor exact = texts.to(DType.FLOAT64);
    int k = Math.min(count, labels.length);
    List<Tensor> newMeans = new ArrayList<>();
    Tensor sum = null;
    for (int c = 0; c < exact.size(0); c++) {
      Tensor text = exact.narrow(0, c, 1);
      Tensor own = exact(nearest(text, k));
      newMeans.add(
          own.sum(0).reshape(1, width()).plus(text.times(copies)).times(1.0 / (k + copies)));
      if (!shared) {
        Tensor around = own.minus(text);
        Tensor precision = precision(around.transpose(0, 1).matmul(around), Math.max(1, k - 1));
        sum = sum == null ? precision : sum.plus(precision);
      }
    }
    Tensor precision = sum == null ? pooledPrecision() : sum.times(1.0 / exact.size(0));
    return linear(Tensor.concat(newMeans, 0), precision);
  }

  /** Returns the rows with the largest products with a text (1, E), float64, ascending. */
  public int[] nearest(Tensor text, int count) {
    double[] cosines = new double[labels.length];
    int size = Math.max(1, BLOCK / width());
    for (int from = 0; from < cosines.length; from += size) {
      try (Scope scope = Scope.open("block of rows")) {
        int length = Math.min(size, cosines.length - from);
        Tensor some = rows.narrow(0, from, length).to(DType.FLOAT64);
        System.arraycopy(text.matmul(some.transpose(0, 1)).toDoubles(), 0, cosines, from, length);
      }
    }
    return IntStream.range(0, cosines.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -cosines[i]))
        .limit(count)
        .mapToInt(i -> i)
        .sorted()
        .toArray();
  }

  /**
   * Returns the published selection by validation images: the first best alpha, or 0.1 if no
   * prediction is correct.
   */
  public static double alpha(double[] alphas, long[] correct) {
    int best = new LeaveOneOut(correct, new double[correct.length]).firstBest().orElseThrow();
    return correct[best] == 0 ? 0.1 : alphas[best];
  }
}
