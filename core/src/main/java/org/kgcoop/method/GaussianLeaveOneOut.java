package org.kgcoop.method;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
    Map<Integer, List<Integer>> images = new LinkedHashMap<>();
    for (int i = 0; i < groups.length; i++) {
      images.computeIfAbsent(groups[i], g -> new ArrayList<>()).add(i);
    }
    Map<Integer, List<int[]>> bySize = new TreeMap<>();
    for (List<Integer> image : images.values()) {
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

  /** Computes the logits of all rows. */
  public HeldOut logits() {
    double[][] logits = new double[Arrays.stream(counts).sum()][];
    forEachBlock(
        (block, rows, densities) -> {
          double[] flat = densities.toDoubles();
          for (int i = 0; i < rows.length; i++) {
            logits[rows[i]] = Arrays.copyOfRange(flat, i * counts.length, (i + 1) * counts.length);
          }
        });
    List<Integer> scored =
        IntStream.range(0, logits.length).filter(i -> logits[i] != null).boxed().toList();
    return new HeldOut(scored, scored.stream().map(i -> logits[i]).toArray(double[][]::new));
  }

  /**
   * Counts correct predictions for each alpha.
   *
   * @param texts the class features, (C, E), unit rows
   * @param scale s of {@code s x T' + alpha (x W' + b)}
   * @return the counts; empty if no row is scored
   */
  public LeaveOneOut search(Tensor texts, double scale, double[] alphas) {
    if (blocks.isEmpty()) {
      return LeaveOneOut.NONE;
    }
    Tensor exactTexts = texts.to(DType.FLOAT64).transpose(0, 1);
    LeaveOneOut.Counter[] counters = new LeaveOneOut.Counter[blocks.size()];
    forEachBlock(
        (block, rows, densities) -> {
          Tensor zeroShot = gaussians.exact(rows).matmul(exactTexts).times(scale);
          long[] own = Arrays.stream(gaussians.labelsOf(rows)).asLongStream().toArray();
          counters[block] = new LeaveOneOut.Counter(alphas.length);
          GaussianDiscriminant.count(counters[block], zeroShot, densities, alphas, own);
        });
    LeaveOneOut.Counter all = new LeaveOneOut.Counter(alphas.length);
    Arrays.stream(counters).forEach(all::add);
    int scored = blocks.stream().flatMap(List::stream).mapToInt(image -> image.length).sum();
    return all.result(scored);
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
