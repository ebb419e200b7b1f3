package org.kgcoop.method;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.Workers;

/**
 * Leave-one-out logits of {@link GaussianDiscriminant} in blocks of images, so that memory does not
 * grow with the number of rows. Images of classes without another image are left out.
 */
public final class GaussianLeaveOneOut {
  private final GaussianDiscriminant gaussians;
  private final int[] counts; // rows of each class
  private final List<List<int[]>> blocks; // the rows of images, equally many in a block

  /**
   * Divides the images into blocks.
   *
   * @param groups the image of each row; all rows of an image have the same label
   */
  public GaussianLeaveOneOut(GaussianDiscriminant gaussians, int[] groups) {
    this.gaussians = gaussians;
    counts = gaussians.counts();
    Map<Integer, List<int[]>> bySize = new TreeMap<>();
    for (List<Integer> image : KernelRidge.members(groups)) {
      int[] rows = image.stream().mapToInt(i -> i).toArray();
      if (counts[label(rows)] > rows.length) {
        bySize.computeIfAbsent(rows.length, size -> new ArrayList<>()).add(rows);
      }
    }
    int rows = GaussianDiscriminant.BLOCK_OF_LOGITS / Math.max(counts.length, gaussians.width());
    blocks = new ArrayList<>();
    bySize.forEach(
        (size, all) -> {
          int step = Math.max(1, rows / size);
          for (int from = 0; from < all.size(); from += step) {
            blocks.add(all.subList(from, Math.min(all.size(), from + step)));
          }
        });
  }

  private int label(int[] rows) {
    return gaussians.labelsOf(new int[] {rows[0]})[0];
  }

  /**
   * Computes {@code x W' + b}, (C), of each row whose class has another image, by a model that has
   * not seen any row of the same image. Zero-shot logits and alpha have no part in it. The rows are
   * ascending.
   */
  public SortedMap<Integer, double[]> logits() {
    SortedMap<Integer, double[]> logits = Collections.synchronizedSortedMap(new TreeMap<>());
    forEachBlock(
        (block, rows, densities) -> {
          double[][] found = densities.toDoubleRows();
          for (int i = 0; i < rows.length; i++) {
            logits.put(rows[i], found[i]);
          }
        });
    return logits;
  }

  /**
   * Counts correct predictions for each alpha. Losses only decide between equal counts, and take
   * longer than everything else. So they are NaN unless several alphas have the largest count.
   *
   * @param texts the class features, (C, E), unit rows
   * @param scale s of {@code s x T' + alpha (x W' + b)}
   * @param check called before each block, on several threads; an exception ends the search
   * @return the counts, and the losses of the best alphas if there are several; empty if no row is
   *     scored
   */
  public LeaveOneOut search(Tensor texts, double scale, double[] alphas, Runnable check) {
    if (blocks.isEmpty()) {
      return LeaveOneOut.NONE;
    }
    long[] correct = correct(texts, scale, alphas, check);
    long most = Arrays.stream(correct).max().orElse(0);
    int[] best = IntStream.range(0, alphas.length).filter(a -> correct[a] == most).toArray();
    double[] losses = new double[alphas.length];
    Arrays.fill(losses, Double.NaN);
    if (best.length > 1) {
      double[] ofBest =
          losses(texts, scale, Arrays.stream(best).mapToDouble(a -> alphas[a]).toArray(), check);
      for (int i = 0; i < best.length; i++) {
        losses[best[i]] = ofBest[i];
      }
    }
    return new LeaveOneOut(correct, losses);
  }

  private long[] correct(Tensor texts, double scale, double[] alphas, Runnable check) {
    double[] sums =
        sums(
            texts,
            scale,
            alphas,
            check,
            (zeroShot, densities, labels) -> {
              Tensor columns = Tensor.indices(labels).unsqueeze(1);
              double[] own = zeroShot.gather(1, columns).toDoubles();
              double[] ownDensities = densities.gather(1, columns).toDoubles();
              zeroShot.scatter_(1, columns, Double.NEGATIVE_INFINITY); // leaves the others
              return alpha ->
                  correct(
                      Functions.scaledSum(zeroShot, densities, alpha),
                      i -> own[i] + alpha * ownDensities[i],
                      labels);
            });
    return Arrays.stream(sums).mapToLong(Math::round).toArray();
  }

  /** Returns the number of rows whose own logit is the first of the largest ones. */
  private static long correct(Tensor others, IntToDoubleFunction own, int[] labels) {
    double[] largest = Functions.largestOfRows(others).toDoubles();
    return IntStream.range(0, labels.length)
        .filter(
            i -> {
              double logit = own.applyAsDouble(i);
              return logit > largest[i]
                  || (logit == largest[i]
                      && Arrays.stream(others.narrow(0, i, 1).toDoubles())
                          .limit(labels[i])
                          .allMatch(other -> other < logit));
            })
        .count();
  }

  /** Returns the mean cross-entropy for each alpha, as {@link #search} counts. */
  public double[] losses(Tensor texts, double scale, double[] alphas, Runnable check) {
    double[] sums =
        sums(
            texts,
            scale,
            alphas,
            check,
            (zeroShot, densities, labels) -> {
              Tensor targets = Tensor.indices(labels);
              return alpha -> {
                Tensor logits = Functions.scaledSum(zeroShot, densities, alpha);
                return labels.length * Functions.crossEntropy(logits, targets).toDoubles()[0];
              };
            });
    int scored = blocks.stream().flatMap(List::stream).mapToInt(image -> image.length).sum();
    return Arrays.stream(sums).map(sum -> sum / scored).toArray();
  }

  /**
   * Returns a function of alpha that computes a number from the logits of a block, (B, C), and its
   * labels. It may overwrite the logits.
   */
  private interface Measure {
    DoubleUnaryOperator of(Tensor zeroShot, Tensor densities, int[] labels);
  }

  /** Returns the sums over all blocks, in their order. */
  private double[] sums(
      Tensor texts, double scale, double[] alphas, Runnable check, Measure measure) {
    Tensor scaledTexts = texts.to(DType.FLOAT64).times(scale).transpose(0, 1);
    double[][] parts = new double[blocks.size()][];
    forEachBlock(
        (block, rows, densities) -> {
          check.run();
          Tensor zeroShot = gaussians.exact(rows).matmul(scaledTexts);
          DoubleUnaryOperator ofAlpha = measure.of(zeroShot, densities, gaussians.labelsOf(rows));
          parts[block] = Arrays.stream(alphas).map(alpha -> scoped(ofAlpha, alpha)).toArray();
        });
    double[] sums = new double[alphas.length];
    for (double[] part : parts) {
      Arrays.setAll(sums, a -> sums[a] + part[a]);
    }
    return sums;
  }

  private static double scoped(DoubleUnaryOperator ofAlpha, double alpha) {
    try (Scope scope = Scope.open("alpha")) {
      return ofAlpha.applyAsDouble(alpha);
    }
  }

  /** Receives the logits x W' + b of the rows of a block, (rows, C), on one of several threads. */
  private interface Block {
    void accept(int number, int[] rows, Tensor logits);
  }

  /** Passes the logits of each block. */
  private void forEachBlock(Block to) {
    Tensor scatter = gaussians.scatter(); // stays after the scope
    List<int[]> rows =
        blocks.stream()
            .map(images -> images.stream().flatMapToInt(Arrays::stream).toArray())
            .toList();
    try (Scope scope = Scope.open("leave-one-out")) {
      Functions.Eigen eigen = Functions.eigen(scatter);
      ScatterDowndate downdate =
          new ScatterDowndate(
              eigen.values(),
              gaussians.means().matmul(eigen.vectors()),
              Arrays.stream(counts).sum());
      Workers.forEach(
          blocks.size(),
          block -> {
            int[] labels = blocks.get(block).stream().mapToInt(this::label).toArray();
            int[] sizes = Arrays.stream(labels).map(label -> counts[label]).toArray();
            Tensor centered =
                gaussians
                    .centered(rows.get(block))
                    .matmul(eigen.vectors())
                    .reshape(labels.length, -1, gaussians.width());
            to.accept(block, rows.get(block), downdate.logits(centered, labels, sizes));
          });
    }
  }
}
