package org.kgcoop.eval;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A model of wrong labels, fitted to out-of-fold probabilities. A share r of the labels is wrong,
 * and each wrong label is one of the C - 1 other classes, all equally often. The probability of the
 * given label y is then (1 - r) q_y + r (1 - q_y) / (C - 1), where q is proportional to p^b. The
 * exponent b undoes the flattening of p by a temperature that was fitted to partly wrong labels.
 * Both r and b maximize the likelihood of the given labels.
 *
 * <p>This is the symmetric noise of Natarajan et al., "Learning with Noisy Labels", NIPS 2013. Only
 * images that the model explains better as errors count, so a weak classifier, which contradicts
 * many right labels without confidence, gives few suspects.
 *
 * @param rate r
 * @param exponent b
 * @param wrong the probability that the label is wrong, per image
 */
public record LabelNoise(double rate, double exponent, List<Double> wrong) {
  private static final double[] RATES = {
    0, 0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4
  };
  private static final double MIN_EXPONENT = 0.7;
  private static final double MAX_EXPONENT = 4;
  private static final int EXPONENTS = 24;

  /** Terms below exp of this do not change a sum of at least 1, not even 100,000 of them. */
  private static final double NEGLIGIBLE = -50;

  /** The lowest probability of an error in a list of suspects. */
  private static final double LEAST = 0.2;

  /** A larger likelihood by less than this is taken for rounding; the lower rate wins. */
  private static final double ROUNDING = 1e-9;

  public LabelNoise {
    wrong = List.copyOf(wrong);
  }

  /**
   * Fits the model.
   *
   * @param probabilities (n, C), out of fold
   * @param labels (n), the given labels, from 0 to C - 1
   */
  public static LabelNoise fit(double[][] probabilities, int[] labels) {
    ProbabilityMetrics.checkRows(probabilities, labels);
    int others = probabilities[0].length - 1;
    if (others == 0) {
      return new LabelNoise(0, 1, Arrays.stream(labels).mapToObj(label -> 0.0).toList());
    }
    double best = Double.NEGATIVE_INFINITY;
    double rate = 0;
    double exponent = 1;
    double[] right = new double[0];
    double[] powers =
        IntStream.range(0, EXPONENTS)
            .mapToDouble(
                b ->
                    MIN_EXPONENT
                        * StrictMath.pow(MAX_EXPONENT / MIN_EXPONENT, (double) b / (EXPONENTS - 1)))
            .toArray();
    double[][] sharpened =
        IntStream.range(0, labels.length)
            .parallel()
            .mapToObj(i -> sharpened(probabilities[i], labels[i], powers))
            .toArray(double[][]::new);
    for (int b = 0; b < EXPONENTS; b++) {
      int column = b;
      double[] q = Arrays.stream(sharpened).mapToDouble(row -> row[column]).toArray();
      for (double each : RATES) {
        // One more image with a right label, so that a few images do not suffice for a rate.
        double likelihood = StrictMath.log(1 - each);
        for (double value : q) {
          likelihood += StrictMath.log(Math.max(1e-300, givenProbability(value, each, others)));
        }
        if (likelihood > best + ROUNDING) {
          best = likelihood;
          rate = each;
          exponent = powers[b];
          right = q;
        }
      }
    }
    double found = rate;
    return new LabelNoise(
        rate,
        exponent,
        Arrays.stream(right)
            .mapToObj(
                q ->
                    found * (1 - q) / others / Math.max(1e-300, givenProbability(q, found, others)))
            .toList());
  }

  private static double givenProbability(double q, double rate, int others) {
    return (1 - rate) * q + rate * (1 - q) / others;
  }

  /** Returns p_label^b / sum of p^b for each b. */
  private static double[] sharpened(double[] p, int label, double[] powers) {
    double largest = Arrays.stream(p).max().orElse(1);
    // A power of a logarithm takes a fraction of the time of a power.
    double[] logs = Arrays.stream(p).map(value -> StrictMath.log(value / largest)).toArray();
    double[] shares = new double[powers.length];
    for (int b = 0; b < powers.length; b++) {
      double sum = 0;
      for (double log : logs) {
        double exponent = powers[b] * log;
        sum += exponent < NEGLIGIBLE ? 0 : StrictMath.exp(exponent);
      }
      shares[b] = StrictMath.exp(powers[b] * logs[label]) / sum;
    }
    return shares;
  }

  /** Returns all images, the most probably wrong first, the lowest index of equal ones first. */
  public List<Integer> order() {
    return IntStream.range(0, wrong.size())
        .boxed()
        .sorted(Comparator.<Integer>comparingDouble(i -> -wrong.get(i)))
        .toList();
  }

  /**
   * Returns the longest beginning of {@link #order} of which the given share is expected to be
   * wrong. Images whose label is wrong with a probability below {@value #LEAST} are not in it: very
   * certain errors must not make room for right labels.
   */
  public List<Integer> suspects(double precision) {
    List<Integer> order = order();
    double sum = 0;
    int count = 0;
    for (int i = 0; i < order.size(); i++) {
      sum += wrong.get(order.get(i));
      if (sum >= precision * (i + 1) && wrong.get(order.get(i)) >= LEAST) {
        count = i + 1;
      }
    }
    return order.subList(0, count);
  }
}
