package org.kgcoop.method;

import java.util.Arrays;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Tensor;

/**
 * Logits of {@link GaussianDiscriminant} without the rows of one image. The scatter S of all rows
 * is decomposed once. Let X be the m centered rows of an image and n the number of rows of its
 * class. The scatter of the other rows around their own means is {@code S - X' (I - 1 1' / n)^-1
 * X}. By the Woodbury identity, its inverse with the ridge r is {@code A^-1 + A^-1 X' B X A^-1}
 * with {@code B = (I - 1 1' / n - X A^-1 X')^-1}, and A = L + r has the eigenvalues L of S. The
 * computation takes one eigendecomposition (about 9 E^3 operations) and C E operations per row.
 *
 * <p>Rows and means are in the basis of the eigenvectors of the scatter, in double precision.
 */
final class ScatterDowndate {
  private final Tensor values; // L, (1, 1, E)
  private final double trace;
  private final Tensor means; // (C, E)
  private final Tensor squares; // of the means
  private final int rows;

  /**
   * Creates a model of all rows.
   *
   * @param values the eigenvalues of the scatter, (E)
   * @param means the class means, (C, E)
   * @param rows the number of rows
   */
  ScatterDowndate(Tensor values, Tensor means, int rows) {
    double[] eigenvalues = values.toDoubles();
    trace = Arrays.stream(eigenvalues).sum();
    double[] positive = Arrays.stream(eigenvalues).map(value -> Math.max(0, value)).toArray();
    this.values = Tensor.of(positive, 1, 1, positive.length);
    this.means = means;
    squares = means.times(means);
    this.rows = rows;
  }

  /**
   * Computes the logits of the rows of images, each by a model without the rows of its image.
   *
   * @param centered the rows of B images minus their class mean, (B, m, E)
   * @param labels the labels of the images
   * @param sizes n, the number of rows of the class of each image, with the image
   * @return the logits, (B m, C)
   */
  Tensor logits(Tensor centered, int[] labels, int[] sizes) {
    long images = labels.length;
    long count = centered.size(1);
    long width = centered.size(2);
    double[] left = Arrays.stream(sizes).mapToDouble(n -> 1.0 / (n - count)).toArray();
    Tensor sum = centered.sum(1).unsqueeze(1); // (B, 1, E)
    Tensor others = sum.times(Tensor.of(left, images, 1, 1)); // minus the mean of the other rows
    Tensor inverse = inverse(centered, sum.times(others), count); // A^-1, (B, 1, E)
    Tensor weighted = centered.times(inverse);
    Tensor transposed = centered.transpose(1, 2);
    Tensor within = weighted.matmul(transposed); // X A^-1 X', (B, m, m)
    double[] shares = Arrays.stream(sizes).mapToDouble(n -> 1.0 / n).toArray();
    Tensor identity = Functions.diagonal(Tensor.full(1, count).to(DType.FLOAT64));
    Tensor correction =
        Functions.solve(
            identity.minus(within.plus(Tensor.of(shares, images, 1, 1))),
            identity.expand(images, count, count));
    Tensor own = means.indexSelect(0, Tensor.indices(labels)).unsqueeze(1); // (B, 1, E)
    Tensor ownWeighted = own.times(inverse);
    Tensor cross = within.plus(ownWeighted.matmul(transposed)); // of the rows, not centered

    Tensor columns = means.transpose(0, 1);
    Tensor logits =
        logits(
            weighted.reshape(-1, width).matmul(columns).reshape(images, count, -1),
            ownWeighted.reshape(-1, width).matmul(columns).unsqueeze(1),
            inverse.reshape(-1, width).matmul(squares.transpose(0, 1)).unsqueeze(1),
            correction,
            cross);
    Tensor mean = own.minus(others); // of the class, without the image
    Tensor column = mean.transpose(1, 2);
    Tensor ofOwnClass =
        logits(
            weighted.matmul(column),
            ownWeighted.matmul(column),
            mean.times(inverse).matmul(column),
            correction,
            cross);
    for (int i = 0; i < labels.length; i++) {
      logits.narrow(0, i, 1).narrow(2, labels[i], 1).copy_(ofOwnClass.narrow(0, i, 1));
    }
    return logits.reshape(images * count, -1);
  }

  /**
   * Returns 1 / (L + r) with the ridge r of each image, or 0 if the other rows have no scatter.
   *
   * @param centered X, (B, m, E)
   * @param ofMeans the squares that the means of the other rows take from the scatter, (B, 1, E)
   */
  private Tensor inverse(Tensor centered, Tensor ofMeans, long count) {
    double[] ridges = centered.times(centered).sum(1).plus(ofMeans.sum(1)).sum(1).toDoubles();
    for (int i = 0; i < ridges.length; i++) {
      double rest = trace - ridges[i];
      ridges[i] = rest > 1e-12 * trace ? rest / (rows - count - 1) : Double.POSITIVE_INFINITY;
    }
    return Tensor.of(new double[] {1}, 1)
        .dividedBy(values.plus(Tensor.of(ridges, ridges.length, 1, 1)));
  }

  /**
   * Computes logits of rows x for means m.
   *
   * @param ofCentered X A^-1 m, (B, m, K)
   * @param ofOwn the product of the own mean with A^-1 m, (B, 1, K)
   * @param squared m' A^-1 m, (B, 1, K)
   * @param correction B, (B, m, m)
   * @param cross x A^-1 X', (B, m, m)
   */
  private Tensor logits(
      Tensor ofCentered, Tensor ofOwn, Tensor squared, Tensor correction, Tensor cross) {
    double width = means.size(1);
    Tensor corrected = correction.matmul(ofCentered);
    Tensor quadratic = squared.plus(ofCentered.times(corrected).sum(1).unsqueeze(1));
    Tensor constant =
        ofOwn.minus(quadratic.times(0.5)).times(width).plus(-Math.log((double) means.size(0)));
    Tensor linear = Functions.scaledProduct(cross, corrected, 1, ofCentered);
    return Functions.scaledSum(constant, linear, width);
  }
}
