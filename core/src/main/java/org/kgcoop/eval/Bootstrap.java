package org.kgcoop.eval;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The bootstrap over images and seeds. It estimates how much an accuracy, or the difference of two,
 * would vary with other test images and other seeds.
 *
 * <p>Images and seeds are drawn with replacement, independently of each other (Owen, "The
 * pigeonhole bootstrap", 2007). All rows of a call use the same draws, and so do calls with the
 * same data set and target. The resamples of two rows can therefore be subtracted one by one, which
 * is the paired bootstrap.
 *
 * <p>There are few seeds. Resampling n of them divides their variance by n, but n - 1 is right. The
 * weights of the seeds are therefore spread by sqrt(n / (n - 1)) (Hesterberg, "What teachers should
 * know about the bootstrap", 2015). An interval over two or three seeds is still rough. An interval
 * over one seed covers only the images.
 */
public final class Bootstrap {
  /** The number of resamples for tables. */
  public static final int RESAMPLES = 10_000;

  private final int resamples;
  private final long seed;

  public Bootstrap(int resamples, long seed) {
    if (resamples < 1) {
      throw new IllegalArgumentException("resamples: expected 1 or more, got " + resamples);
    }
    this.resamples = resamples;
    this.seed = seed;
  }

  public int resamples() {
    return resamples;
  }

  /**
   * Resamples the accuracies of several rows (methods) on the same images.
   *
   * @param dataSet selects the draws of the seeds, which all targets of a data set share
   * @param target selects the draws of the images, together with the data set
   * @param correct 1 for a correctly classified image, else 0: (rows, seeds, images). Rows with
   *     equally many seeds are paired by their order. A row with one seed does not depend on the
   *     draws of seeds.
   * @return accuracies in percent: (rows, resamples)
   */
  public double[][] accuracies(String dataSet, String target, int[][][] correct) {
    int images = correct[0][0].length;
    for (int[][] row : correct) {
      for (int[] seedImages : row) {
        if (seedImages.length != images || images == 0) {
          throw new IllegalArgumentException(
              "images: expected as many for each row and seed, got %s and %s"
                  .formatted(images, seedImages.length));
        }
      }
    }
    double[][][] weights =
        Arrays.stream(correct)
            .map(row -> seedWeights(dataSet, row.length))
            .toArray(double[][][]::new);
    long[] starts = starts(dataSet + '\n' + target);
    double[][] accuracies = new double[correct.length][resamples];
    IntStream.range(0, resamples)
        .parallel()
        .forEach(
            resample -> {
              int[] drawn = drawn(new SplittableRandom(starts[resample]), images);
              for (int row = 0; row < correct.length; row++) {
                double mean = 0;
                for (int s = 0; s < correct[row].length; s++) {
                  mean += weights[row][resample][s] * dot(drawn, correct[row][s]);
                }
                accuracies[row][resample] = 100 * mean / images;
              }
            });
    return accuracies;
  }

  /** Returns the weights of seeds, which sum to 1: (resamples, seeds). */
  private double[][] seedWeights(String dataSet, int seeds) {
    double[][] weights = new double[resamples][seeds];
    double wider = seeds == 1 ? 1 : Math.sqrt(seeds / (seeds - 1.0));
    SplittableRandom random = new SplittableRandom(start(dataSet));
    for (double[] resampleWeights : weights) {
      int[] drawn = drawn(random, seeds);
      for (int s = 0; s < seeds; s++) {
        resampleWeights[s] = (1 + wider * (drawn[s] - 1)) / seeds;
      }
    }
    return weights;
  }

  /** Counts how often each of n elements occurs in n draws. */
  private static int[] drawn(SplittableRandom random, int n) {
    int[] counts = new int[n];
    for (int i = 0; i < n; i++) {
      counts[random.nextInt(n)]++;
    }
    return counts;
  }

  private static int dot(int[] counts, int[] correct) {
    int sum = 0;
    for (int i = 0; i < counts.length; i++) {
      sum += counts[i] * correct[i];
    }
    return sum;
  }

  /**
   * Returns the seeds of one generator per resample, so that resamples can be computed in parallel.
   */
  private long[] starts(String what) {
    return new SplittableRandom(start(what)).longs(resamples).toArray();
  }

  private long start(String what) {
    return new SplittableRandom(seed).nextLong() ^ new SplittableRandom(what.hashCode()).nextLong();
  }
}
