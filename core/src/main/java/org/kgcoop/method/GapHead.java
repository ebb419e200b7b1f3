package org.kgcoop.method;

import static org.kgcoop.tensor.Vectors.dot;
import static org.kgcoop.tensor.Vectors.median;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * The classifier of a labeling session, which is fitted again after every answer. It is the
 * geometric mean of two heads. Both start from the texts, so that a class without a labeled image
 * still works:
 *
 * <pre>
 * Z_ic   = softmax(scale x_i . T_c)                           Z_i,none = 0
 * k(i,j) = exp(-(1.7 / d) (1 - x_i . x_j))
 * r_i    = Z_i + k(i, L) (K_LL + 0.1 I)^-1 (Y - Z_L)           kernel ridge of the residuals
 * g      = mean over classes with labels of (M_c - T_c)        the gap between texts and images
 * P_c    = unit((2 unit(T_c + g) + n_c M_c) / (2 + n_c))       the gap prototype
 * q_i    = softmax(50 x_i . P_c), none has the logit 50 tau
 * p_i    = normalized sqrt(normalized max(r_i, 0.0001) q_i)
 * </pre>
 *
 * <p>L are the labeled images, M_c the mean of the n_c images of class c, and d the median of 1 -
 * cosine between images. {@code tau} is in the middle between the mean cosine of labeled images
 * with their own prototype, computed without them, and the mean largest cosine of the images that
 * are none of the classes. Without such images, the column of none is 0.
 *
 * <p>The ridge is that of {@link KernelRidge} with probabilities in place of cosines. The
 * combination is unpublished. The coefficients are float64. Products over all images have the type
 * of the features.
 *
 * <p>Use an object from one thread at a time.
 */
public final class GapHead implements AutoCloseable {
  static final double BETA = 1.7;
  private static final double RIDGE = 0.1;
  static final double MIN_PROBABILITY = 1e-4;
  static final double SHARPNESS = 50;
  private static final double TEXT_WEIGHT = 2; // in images

  /** Logits further below the largest count as this far below: subnormal numbers are slow. */
  private static final double MAX_BELOW = 40;

  private static final int DISTANCE_IMAGES = 500;
  private static final double MIN_DISTANCE = 0.01;
  private static final int FIRST_CAPACITY = 256;

  /** Labeled images that are added together; their columns of the kernel stay in the cache. */
  private static final int GROUP = 32;

  private Tensor features; // (N, D)
  private final double scale;
  private final double beta;
  private final KernelFactor factor = new KernelFactor(); // of K_LL + 0.1 I
  private final List<double[]> rows = new ArrayList<>(); // features of L
  private int[] labels = {};
  private int known; // rows of Y - Z_L in front that have not changed
  private double[][] texts; // (K, D)
  private double[][] zeroShot; // Z without none, (N, K)
  private final List<double[]> zeroShotRows = new ArrayList<>(); // Z_L without none
  private Tensor kernel; // k(L, all) in its first n rows, (capacity, N)

  /**
   * A fitted head.
   *
   * @param coefficients (n, K + 1)
   * @param prototypes P, (K, D)
   * @param tau the cosine of none of these; empty without such an image
   * @param probabilities p of all images, (N, K + 1), the last column for none of these
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  public record Fit(
      double[][] coefficients,
      double[][] prototypes,
      OptionalDouble tau,
      double[][] probabilities) {}

  /**
   * Creates a head without labels.
   *
   * @param features the images to classify, (N, D), unit rows; kept until {@link #close}
   * @param texts the class features T, (K, D), unit rows
   * @param scale the factor of the cosines in the zero-shot probabilities
   * @param distance d, see {@link #distance}
   */
  public GapHead(Tensor features, double[][] texts, double scale, double distance) {
    this.features = features;
    this.scale = scale;
    beta = BETA / distance;
    this.texts = texts;
    zeroShot = zeroShot(features);
    kernel = kernelRows(FIRST_CAPACITY);
    this.features = features.keep(); // last, because nobody closes a head whose constructor throws
  }

  /** Returns d: the median of 1 - cosine over pairs of the first 500 images, at least 0.01. */
  public static double distance(Tensor features) {
    long images = Math.min(features.size(0), DISTANCE_IMAGES);
    if (images < 2) {
      return 1;
    }
    try (Scope scope = Scope.open("distance")) {
      return Math.max(MIN_DISTANCE, KernelRidge.medianDistance(features.narrow(0, 0, images)));
    }
  }

  private Tensor kernelRows(int capacity) {
    try (Scope scope = Scope.open("kernel")) {
      return Tensor.full(0, capacity, features.size(0)).to(features.dtype()).keep();
    }
  }

  /** Replaces the images to classify, (N, D), unit rows. The labels stay. */
  public void setImages(Tensor images) {
    features.close();
    features = images.keep();
    zeroShot = zeroShot(features);
    Tensor wider = kernelRows(Math.toIntExact(kernel.size(0)));
    kernel.close();
    kernel = wider;
    if (!rows.isEmpty()) {
      computeKernel(0, rows.toArray(double[][]::new));
    }
  }

  /** Computes rows of the kernel, from a position on. */
  private void computeKernel(int from, double[][] images) {
    try (Scope scope = Scope.open("kernel rows")) {
      kernel
          .narrow(0, from, images.length)
          .copy_(KernelRidge.kernel(tensor(images).to(features.dtype()), features, beta));
    }
  }

  /** Replaces the class features, (K, D). The labels stay. */
  public void setTexts(double[][] newTexts) {
    texts = newTexts;
    zeroShot = zeroShot(features);
    zeroShotRows.clear();
    rows.forEach(row -> zeroShotRows.add(zeroShot(row)));
    labels = new int[0]; // Z_L has changed
  }

  /**
   * Fits the head.
   *
   * <p>Images in front that are those of the last call cost little, whatever their labels: only the
   * others extend the factor of the kernel.
   *
   * @param images the features of the labeled images, (n, D), unit rows
   * @param newLabels their labels, from 0 to K; K is none of these
   */
  public Fit fit(double[][] images, int[] newLabels) {
    take(images, newLabels);
    if (labels.length == 0) {
      return new Fit(new double[0][], texts, OptionalDouble.empty(), withoutLabels(zeroShot));
    }
    double[][] coefficients = residuals();
    factor.solve(coefficients, known);
    Prototypes prototypes = new Prototypes();
    double[][] p = prototypes.all();
    try (Scope scope = Scope.open("fit")) {
      Tensor cosines = cosines(features, p);
      OptionalDouble tau = prototypes.tau(p, cosines);
      Tensor ridge =
          kernel
              .narrow(0, 0, labels.length)
              .transpose(0, 1)
              .matmul(tensor(coefficients).to(features.dtype())); // (N, K + 1)
      return new Fit(coefficients, p, tau, joined(zeroShot, ridge, cosines, tau));
    }
  }

  /** Replaces the labeled images after the first one that differs from that of the last call. */
  private void take(double[][] images, int[] newLabels) {
    int equal = 0;
    while (equal < Math.min(rows.size(), images.length)
        && Arrays.equals(rows.get(equal), images[equal])) {
      equal++;
    }
    factor.cut(equal);
    rows.subList(equal, rows.size()).clear();
    zeroShotRows.subList(equal, zeroShotRows.size()).clear();
    int mismatch = Arrays.mismatch(labels, newLabels);
    known = Math.min(equal, mismatch < 0 ? labels.length : mismatch);
    labels = newLabels.clone();
    if (equal == images.length) {
      return;
    }
    if (images.length > kernel.size(0)) {
      Tensor larger = kernelRows(Math.max(2 * Math.toIntExact(kernel.size(0)), images.length));
      try (Scope scope = Scope.open("kernel")) {
        larger.narrow(0, 0, equal).copy_(kernel.narrow(0, 0, equal));
      }
      kernel.close();
      kernel = larger;
    }
    computeKernel(equal, Arrays.copyOfRange(images, equal, images.length));
    for (int from = equal; from < images.length; from += GROUP) {
      int to = Math.min(images.length, from + GROUP);
      double[][] group = Arrays.copyOfRange(images, from, to);
      double[][] columns = products(Arrays.copyOf(images, to), group); // of the kernel
      for (int i = 0; i < to; i++) {
        for (int r = Math.max(0, i - from); r < group.length; r++) {
          double similarity = StrictMath.exp(-beta * (1 - columns[i][r]));
          columns[i][r] = from + r == i ? similarity + RIDGE : similarity;
        }
      }
      factor.append(columns);
      for (double[] row : group) {
        rows.add(row);
        zeroShotRows.add(zeroShot(row));
      }
    }
  }

  /**
   * Returns the products of rows, (n, m). Each has the bits of {@link
   * org.kgcoop.tensor.Vectors#dot}: its sum has the same order. Those of all other rows run side by
   * side.
   */
  private static double[][] products(double[][] images, double[][] others) {
    double[][] columns = new double[images[0].length][others.length]; // (D, m)
    for (int r = 0; r < others.length; r++) {
      for (int d = 0; d < columns.length; d++) {
        columns[d][r] = others[r][d];
      }
    }
    double[][] products = new double[images.length][others.length];
    for (int i = 0; i < images.length; i++) {
      for (int d = 0; d < columns.length; d++) {
        add(products[i], columns[d], images[i][d]);
      }
    }
    return products;
  }

  /**
   * Classifies other images.
   *
   * @param images (B, D), unit rows
   * @param fit the result of the last {@link #fit}
   * @return the probabilities, (B, K + 1)
   */
  public double[][] classify(Tensor images, Fit fit) {
    double[][] prior = zeroShot(images);
    if (rows.isEmpty()) {
      return withoutLabels(prior);
    }
    try (Scope scope = Scope.open("classify")) {
      Tensor labeled = tensor(rows.toArray(double[][]::new)).to(images.dtype());
      Tensor ridge =
          KernelRidge.kernel(images, labeled, beta)
              .matmul(tensor(fit.coefficients).to(images.dtype()));
      return joined(prior, ridge, cosines(images, fit.prototypes), fit.tau);
    }
  }

  private static double[][] withoutLabels(double[][] prior) {
    return Arrays.stream(prior)
        .map(z -> normalized(Arrays.copyOf(z, z.length + 1), OptionalDouble.empty()))
        .toArray(double[][]::new);
  }

  private static double[][] joined(
      double[][] prior, Tensor ridge, Tensor cosines, OptionalDouble tau) {
    double[][] scores = ridge.toDoubleRows();
    double[][] near = cosines.toDoubleRows();
    for (int i = 0; i < prior.length; i++) {
      add(scores[i], prior[i], 1); // the prior of none is 0
      scores[i] = joined(scores[i], near[i], tau);
    }
    return scores;
  }

  /**
   * Returns the probabilities of each labeled image by a head without its label, (n, K + 1). The
   * gap and tau are not computed again.
   *
   * @param images as for {@link #fit}
   */
  public double[][] leftOut(double[][] images, int[] newLabels) {
    take(images, newLabels);
    int n = labels.length;
    int classes = texts.length;
    double[][] coefficients = residuals();
    factor.solve(coefficients, known);
    double[] inverse = factor.inverseDiagonal();
    Prototypes prototypes = new Prototypes();
    double[][] p = prototypes.all();
    OptionalDouble tau;
    try (Scope scope = Scope.open("left out")) {
      tau = prototypes.tau(p, cosines(features, p));
    }
    double[][] probabilities = new double[n][];
    for (int i = 0; i < n; i++) {
      double[] scores = new double[classes + 1];
      for (int c = 0; c <= classes; c++) {
        scores[c] = (labels[i] == c ? 1 : 0) - coefficients[i][c] / inverse[i];
      }
      double[] row = rows.get(i);
      double[] cosines = Arrays.stream(p).mapToDouble(prototype -> dot(row, prototype)).toArray();
      if (labels[i] < classes) {
        cosines[labels[i]] = dot(row, prototypes.without(i));
      }
      probabilities[i] = joined(scores, cosines, tau);
    }
    return probabilities;
  }

  /** Returns Y - Z_L, (n, K + 1). */
  private double[][] residuals() {
    double[][] residuals = new double[labels.length][texts.length + 1];
    for (int i = 0; i < residuals.length; i++) {
      for (int c = 0; c < texts.length; c++) {
        residuals[i][c] = -zeroShotRows.get(i)[c];
      }
      residuals[i][labels[i]] += 1;
    }
    return residuals;
  }

  private static Tensor cosines(Tensor images, double[][] prototypes) {
    return images.matmul(tensor(prototypes).to(images.dtype()).transpose(0, 1));
  }

  private double[][] zeroShot(Tensor images) {
    try (Scope scope = Scope.open("zero-shot")) {
      return Arrays.stream(cosines(images, texts).toDoubleRows())
          .map(row -> softmax(row, scale))
          .toArray(double[][]::new);
    }
  }

  private double[] zeroShot(double[] image) {
    return softmax(Arrays.stream(texts).mapToDouble(text -> dot(image, text)).toArray(), scale);
  }

  /** Joins ridge scores, (K + 1), and cosines with prototypes, (K), to probabilities, (K + 1). */
  private static double[] joined(double[] scores, double[] cosines, OptionalDouble tau) {
    double[] ridge = normalized(scores, tau);
    double[] all = cosines;
    if (tau.isPresent()) {
      all = Arrays.copyOf(cosines, cosines.length + 1);
      all[cosines.length] = tau.getAsDouble();
    }
    double[] q = softmax(all, SHARPNESS);
    double[] joined = new double[scores.length];
    double sum = 0;
    for (int c = 0; c < q.length; c++) {
      joined[c] = Math.sqrt(ridge[c] * q[c]);
      sum += joined[c];
    }
    return divided(joined, sum);
  }

  /** Returns normalized max(scores, 0.0001), (K + 1); none is 0 without tau. */
  private static double[] normalized(double[] scores, OptionalDouble tau) {
    double[] values = new double[scores.length];
    double sum = 0;
    for (int c = 0; c < values.length - (tau.isPresent() ? 0 : 1); c++) {
      values[c] = Math.max(scores[c], MIN_PROBABILITY);
      sum += values[c];
    }
    return divided(values, sum);
  }

  private static double[] softmax(double[] values, double factor) {
    double largest = Arrays.stream(values).max().orElse(0);
    double[] result = new double[values.length];
    double sum = 0;
    for (int c = 0; c < values.length; c++) {
      result[c] = Math.exp(Math.max(-MAX_BELOW, factor * (values[c] - largest)));
      sum += result[c];
    }
    return divided(result, sum);
  }

  /** Divides values in place. */
  private static double[] divided(double[] values, double divisor) {
    for (int c = 0; c < values.length; c++) {
      values[c] /= divisor;
    }
    return values;
  }

  private static Tensor tensor(double[][] matrix) {
    return Tensor.of(
        Arrays.stream(matrix).flatMapToDouble(Arrays::stream).toArray(),
        matrix.length,
        matrix.length == 0 ? 0 : matrix[0].length);
  }

  /** Adds a multiple of a shorter or equal row. */
  private static void add(double[] target, double[] source, double factor) {
    for (int d = 0; d < source.length; d++) {
      target[d] += factor * source[d];
    }
  }

  private static double[] unit(double[] values) {
    return divided(values, Math.max(1e-9, Math.sqrt(dot(values, values))));
  }

  /** The gap prototypes of the current labels. */
  private final class Prototypes {
    private final double[][] sums = new double[texts.length][texts[0].length]; // n_c M_c
    private final int[] counts = new int[texts.length]; // n_c
    private final double[][] shifted; // unit(T_c + g), (K, D)

    Prototypes() {
      for (int i = 0; i < labels.length; i++) {
        if (labels[i] < texts.length) {
          counts[labels[i]]++;
          add(sums[labels[i]], rows.get(i), 1);
        }
      }
      double[] gap = new double[texts[0].length];
      long labeled = Arrays.stream(counts).filter(count -> count > 0).count();
      for (int c = 0; c < texts.length; c++) {
        if (counts[c] > 0) {
          add(gap, sums[c], 1.0 / counts[c] / labeled);
          add(gap, texts[c], -1.0 / labeled);
        }
      }
      shifted = new double[texts.length][];
      for (int c = 0; c < texts.length; c++) {
        double[] text = texts[c].clone();
        add(text, gap, 1);
        shifted[c] = unit(text);
      }
    }

    double[][] all() {
      return IntStream.range(0, texts.length)
          .mapToObj(c -> prototype(c, sums[c]))
          .toArray(double[][]::new);
    }

    private double[] prototype(int c, double[] sum) {
      double[] prototype = sum.clone();
      add(prototype, shifted[c], TEXT_WEIGHT);
      return unit(prototype);
    }

    /** Returns the prototype of the class of a labeled image, computed without this image. */
    double[] without(int position) {
      int c = labels[position];
      double[] others = sums[c].clone();
      add(others, rows.get(position), -1);
      return prototype(c, others);
    }

    /** Returns tau, or nothing if no image is labeled none of these. */
    OptionalDouble tau(double[][] prototypes, Tensor cosines) {
      int nones = (int) Arrays.stream(labels).filter(label -> label == texts.length).count();
      if (nones == 0) {
        return OptionalDouble.empty();
      }
      double none = 0;
      double own = 0;
      for (int i = 0; i < labels.length; i++) {
        double[] row = rows.get(i);
        if (labels[i] < texts.length) {
          own += dot(row, without(i));
        } else {
          none += Arrays.stream(prototypes).mapToDouble(p -> dot(row, p)).max().orElse(0);
        }
      }
      int labeled = labels.length - nones;
      return OptionalDouble.of(
          ((labeled > 0 ? own / labeled : medianOfLargest(cosines)) + none / nones) / 2);
    }

    private static double medianOfLargest(Tensor cosines) {
      return median(
          Arrays.stream(cosines.toDoubleRows())
              .mapToDouble(row -> Arrays.stream(row).max().orElse(0))
              .sorted()
              .toArray());
    }
  }

  @Override
  public void close() {
    kernel.close();
    features.close();
  }
}
