package org.kgcoop.eval;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The bootstrap over images and seeds: how far an accuracy, or the difference of two, would move
 * had other test images and other seeds been drawn.
 *
 * <p>Images and seeds are drawn with replacement, each independently of the other (Owen, "The
 * pigeonhole bootstrap", 2007). All rows of a call see the same draws, and so do calls that name
 * the same data set and target: what two rows make of them may be subtracted resample by resample,
 * which is the paired bootstrap.
 *
 * <p>Seeds are few. Resampling n of them divides their variance by n where n - 1 is right, so the
 * weights of the seeds are drawn apart by sqrt(n / (n - 1)) (Hesterberg, "What teachers should know
 * about the bootstrap", 2015). An interval over two or three seeds stays a rough one; over one seed
 * it knows of the images alone.
 */
public final class Bootstrap {
  /** The number of resamples that tables are made of. */
  public static final int RESAMPLES = 10_000;

  /**
   * The interval of the middle 95 % of resampled values.
   *
   * @param low the 2.5 % quantile
   * @param high the 97.5 % quantile
   */
  public record Interval(double low, double high) {

    /** The interval of resampled values, in any order; between two of them it interpolates. */
    public static Interval of(double[] values) {
      if (values.length == 0) {
        throw new IllegalArgumentException("values: expected some, got none");
      }
      double[] sorted = values.clone();
      Arrays.sort(sorted);
      return new Interval(quantile(sorted, 0.025), quantile(sorted, 0.975));
    }

    private static double quantile(double[] sorted, double part) {
      double position = part * (sorted.length - 1);
      int below = (int) position;
      int above = Math.min(below + 1, sorted.length - 1);
      return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    /** True if a difference with this interval is significant. */
    public boolean excludesZero() {
      return low > 0 || high < 0;
    }
  }

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
   * Resampled accuracies of several rows (methods) on the same images.
   *
   * @param dataSet seeds are drawn by it, so that targets of one data set share them
   * @param target images are drawn by both
   * @param correct 1 for an image that was taken for what it is, else 0: (rows, seeds, images).
   *     Rows of as many seeds are paired by their order; a row of one seed depends on none
   * @return accuracies in percent: (rows, resamples)
   */
  public double[][] accuracies(String dataSet, String target, int[][][] correct) {
    int images = correct[0][0].length;
    for (int[][] row : correct) {
      for (int[] ofSeed : row) {
        if (ofSeed.length != images || images == 0) {
          throw new IllegalArgumentException(
              "images: expected as many for each row and seed, got %s and %s"
                  .formatted(images, ofSeed.length));
        }
      }
    }
    double[][][] weights = new double[correct.length][][];
    for (int row = 0; row < correct.length; row++) {
      weights[row] = seedWeights(dataSet, correct[row].length);
    }
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

  /** The weights of seeds, which sum to 1: (resamples, seeds). */
  private double[][] seedWeights(String dataSet, int seeds) {
    double[][] weights = new double[resamples][seeds];
    double wider = seeds == 1 ? 1 : Math.sqrt(seeds / (seeds - 1.0));
    SplittableRandom random = new SplittableRandom(start(dataSet));
    for (double[] ofResample : weights) {
      int[] drawn = drawn(random, seeds);
      for (int s = 0; s < seeds; s++) {
        ofResample[s] = (1 + wider * (drawn[s] - 1)) / seeds;
      }
    }
    return weights;
  }

  /** The number of times that each of n is among n draws. */
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

  /** A generator of its own for each resample, so that they may be made side by side. */
  private long[] starts(String what) {
    return new SplittableRandom(start(what)).longs(resamples).toArray();
  }

  private long start(String what) {
    return new SplittableRandom(seed).nextLong() ^ new SplittableRandom(what.hashCode()).nextLong();
  }
}
