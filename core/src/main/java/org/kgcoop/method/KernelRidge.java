package org.kgcoop.method;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.DoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.Vectors;

/**
 * Kernel ridge regression of the residual of zero-shot CLIP, with the kernel {@code k(x, x') =
 * exp(-beta (1 - x x'))}. Bendou et al., "ProKeR: A Kernel Perspective on Few-Shot Adaptation of
 * Large Vision-Language Models", CVPR 2025; code: omarnust/BReg-Adapter, {@code
 * trainers/proker.py}.
 *
 * <p>The inputs are the cosines {@code f0 = x T'}, the one-hot labels Y and the kernel matrix K of
 * the training rows. The coefficients are {@code gamma = (K / lambda + I)^-1 (Y - f0(rows))}. The
 * scores are {@code f0 + (w / lambda) k(x, rows) gamma}; published: w = lambda. All computations
 * use double precision, because float32 loses four digits if lambda is small.
 */
public final class KernelRidge {
  /** Number of rows that are computed at a time. */
  private static final int BLOCK = 512;

  /** Number of rows that the median of the distances is found with. */
  private static final int SAMPLE = 500;

  private final Tensor rows; // (n, E), float64
  private final Tensor texts; // (C, E), float64
  private final double beta;
  private final Tensor zeroShot; // f0, (n, C)
  private final Tensor residual; // R = Y - f0, (n, C)
  private final Tensor matrix; // K, (n, n)
  private @Nullable Decomposition decomposition;

  /**
   * Eigenvalues and eigenvectors of K, which take about 9 n^3 operations to compute.
   *
   * @param values the eigenvalues L, (n)
   * @param vectors the eigenvectors Q, (n, n)
   * @param rotated Q' R, (n, C)
   */
  private record Decomposition(Tensor values, Tensor vectors, Tensor rotated) {}

  /**
   * Creates a regression. Its tensors are in the open scope.
   *
   * @param rows the training features, (n, E), unit rows
   * @param texts the class features, (C, E), unit rows
   * @param labels the labels of the rows, from 0 to C - 1; a class may have no row
   */
  public KernelRidge(Tensor rows, Tensor texts, int[] labels, double beta) {
    this.rows = rows.to(DType.FLOAT64);
    this.texts = texts.to(DType.FLOAT64);
    this.beta = beta;
    zeroShot = zeroShot(this.rows);
    try (Scope scope = Scope.open("one-hot")) {
      residual = scope.promote(oneHot(labels, texts.size(0)).minus(zeroShot));
    }
    matrix = kernel(this.rows, beta);
  }

  private Decomposition decomposition() {
    if (decomposition == null) {
      Functions.Eigen eigen = Functions.eigen(matrix);
      Tensor vectors = eigen.vectors();
      Tensor rotated = vectors.transpose(0, 1).matmul(residual);
      decomposition = new Decomposition(eigen.values(), vectors, rotated);
    }
    return decomposition;
  }

  private static Tensor oneHot(int[] labels, long classes) {
    double[] hot = new double[Math.toIntExact(labels.length * classes)];
    for (int i = 0; i < labels.length; i++) {
      hot[Math.toIntExact(i * classes) + labels[i]] = 1;
    }
    return Tensor.of(hot, labels.length, classes);
  }

  private Tensor zeroShot(Tensor images) {
    return images.matmul(texts.transpose(0, 1));
  }

  /**
   * Computes {@code exp(-beta (1 - x x'))} for each pair.
   *
   * @param images x, (B, E), unit rows
   * @param rows x', (n, E), unit rows of the same type
   * @return (B, n)
   */
  public static Tensor kernel(Tensor images, Tensor rows, double beta) {
    return ofCosines(images.matmul(rows.transpose(0, 1)), beta);
  }

  /** Computes the kernel of each pair of rows, (n, n). */
  public static Tensor kernel(Tensor rows, double beta) {
    Tensor matrix = rows.matmul(rows.transpose(0, 1));
    // In blocks, so that steps in between do not take as much memory as the matrix.
    for (long from = 0; from < rows.size(0); from += BLOCK) {
      try (Scope scope = Scope.open("block of rows")) {
        Tensor block = matrix.narrow(0, from, Math.min(BLOCK, rows.size(0) - from));
        block.copy_(ofCosines(block, beta));
      }
    }
    return matrix;
  }

  private static Tensor ofCosines(Tensor cosines, double beta) {
    return cosines.plus(-1).times(beta).exp();
  }

  /** Computes gamma, (n, C), float64. */
  public Tensor coefficients(double lambda) {
    try (Scope scope = Scope.open("ridge")) {
      Tensor diagonal = matrix.diagonal();
      Tensor kernelDiagonal = diagonal.copy();
      diagonal.copy_(kernelDiagonal.plus(lambda)); // a copy of K would take as much memory again
      try {
        return scope.promote(Functions.solve(matrix, residual.times(lambda)));
      } finally {
        diagonal.copy_(kernelDiagonal);
      }
    }
  }

  /**
   * Computes the scores of images in units of the cosine, (B, C), float64.
   *
   * @param images the image features, (B, E), unit rows
   * @param weight w; published: lambda
   */
  public Tensor scores(Tensor images, double lambda, double weight) {
    Tensor exact = images.to(DType.FLOAT64);
    Tensor correction = kernel(exact, rows, beta).matmul(coefficients(lambda));
    return zeroShot(exact).plus(correction.times(weight / lambda));
  }

  /**
   * Computes the scores of each row by a regression that has not seen any row of its group: {@code
   * f0 + w (R_B - (G_BB)^-1 gamma_B)} with {@code G = (K / lambda + I)^-1}. The result is exact.
   *
   * @param groups the group of each row, such as the image that the row is a view of
   * @return the scores, (n, C), float64
   */
  public Tensor leaveOneOut(int[] groups, double lambda, double weight) {
    Decomposition of = decomposition();
    Tensor vectors = of.vectors;
    // Diagonal of (K / lambda + I)^-1 in the basis of the eigenvectors: lambda / (L + lambda), (n).
    Tensor shrinkage = Tensor.of(new double[] {lambda}, 1).dividedBy(of.values.plus(lambda));
    Tensor gamma = vectors.matmul(shrinkage.unsqueeze(1).times(of.rotated));
    Tensor alone = gamma.dividedBy(vectors.times(vectors).matmul(shrinkage.unsqueeze(1)));
    List<List<Integer>> larger =
        members(groups).stream().filter(group -> group.size() > 1).toList();
    Tensor removed = larger.isEmpty() ? alone : removed(larger, alone, vectors, gamma, shrinkage);
    return zeroShot.plus(residual.minus(removed).times(weight));
  }

  /** Returns the rows of each group, in the order of their first rows. */
  static Collection<List<Integer>> members(int[] groups) {
    return IntStream.range(0, groups.length)
        .boxed()
        .collect(Collectors.groupingBy(i -> groups[i], LinkedHashMap::new, Collectors.toList()))
        .values();
  }

  /**
   * Computes {@code (G_BB)^-1 gamma_B} of each group B, in the order of the rows.
   *
   * @param larger the groups of several rows
   * @param alone the result if each row were a group, which holds for the other rows
   */
  private static Tensor removed(
      List<List<Integer>> larger, Tensor alone, Tensor vectors, Tensor gamma, Tensor shrinkage) {
    List<Tensor> parts = new ArrayList<>();
    int next = Math.toIntExact(alone.size(0));
    int[] place = IntStream.range(0, next).toArray(); // in all parts
    parts.add(alone);
    for (List<Integer> group : larger) {
      Tensor which = Tensor.indices(group.stream().mapToInt(Integer::intValue).toArray());
      Tensor own = vectors.indexSelect(0, which); // (B, n)
      Tensor block = own.times(shrinkage).matmul(own.transpose(0, 1)); // G_BB
      parts.add(Functions.solve(block, gamma.indexSelect(0, which)));
      for (int row : group) {
        place[row] = next++;
      }
    }
    return Tensor.concat(parts, 0).indexSelect(0, Tensor.indices(place));
  }

  /**
   * Searches a grid. The candidates of the result are in the order of the grid, with beta as the
   * outer loop.
   *
   * @param ridgeOf the regression for a beta
   * @param logits computes the logits of the selection images with a regression and a lambda, (B,
   *     C), float64
   * @param labels the labels of the selection images
   */
  public static LeaveOneOut search(
      DoubleFunction<KernelRidge> ridgeOf,
      double[] betas,
      double[] lambdas,
      BiFunction<KernelRidge, Double, Tensor> logits,
      int[] labels) {
    LeaveOneOut.Counter counter = new LeaveOneOut.Counter(betas.length * lambdas.length);
    for (int b = 0; b < betas.length; b++) {
      try (Scope scope = Scope.open("kernel")) {
        KernelRidge ridge = ridgeOf.apply(betas[b]);
        for (int l = 0; l < lambdas.length; l++) {
          counter.add(b * lambdas.length + l, logits.apply(ridge, lambdas[l]), labels);
        }
      }
    }
    return counter.result(labels.length);
  }

  /**
   * Returns the median of {@code 1 - cos} over pairs of rows, of {@value #SAMPLE} rows at equal
   * intervals if there are more. The product of a beta and this distance is comparable between
   * image encoders.
   *
   * @param rows the features, (n, E), unit rows; at least two
   */
  public static double medianDistance(Tensor rows) {
    try (Scope scope = Scope.open("distances")) {
      int count = (int) Math.min(SAMPLE, rows.size(0));
      int[] some = IntStream.range(0, count).map(i -> (int) (i * rows.size(0) / count)).toArray();
      Tensor sample = rows.indexSelect(0, Tensor.indices(some)).to(DType.FLOAT64);
      double[][] cosines = sample.matmul(sample.transpose(0, 1)).toDoubleRows();
      return Vectors.median(
          IntStream.range(0, count)
              .boxed()
              .flatMapToDouble(i -> Arrays.stream(cosines[i], 0, i).map(cosine -> 1 - cosine))
              .sorted()
              .toArray());
    }
  }
}
