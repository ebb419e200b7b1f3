package org.kgcoop.method;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.stream.IntStream;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Selection of GDA's weight for a list of learned and new classes. The shots of a new class are not
 * known, so half of the learned classes takes its part: its images are scored by Gaussians that
 * were fitted without them, in one list with the other half. Then the halves change places. Images
 * of the half that is learned are left out one by one.
 *
 * <p>The selected weight has the largest harmonic mean of both accuracies, among equal ones the
 * smallest. No label outside of the shots is used.
 *
 * @param rows the features, (n, E), unit rows
 * @param labels the labels of the rows, from 0 to C - 1
 * @param images the image of each row
 * @param texts the features of the learned classes, (C, E), unit rows
 * @param scale the logit scale of the model
 * @param neighbors the number of rows that represent a new class
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record JointWeight(
    Tensor rows, int[] labels, int[] images, Tensor texts, double scale, int neighbors) {
  private static final int FEWEST_CLASSES = 4; // two in each half

  /** Returns the best of some weights; empty if the shots do not allow a selection. */
  OptionalDouble best(List<Double> weights) {
    double[] means = harmonicMeans(weights);
    return IntStream.range(0, means.length)
        .boxed()
        .reduce((best, w) -> means[w] > means[best] ? w : best)
        .map(best -> OptionalDouble.of(weights.get(best)))
        .orElse(OptionalDouble.empty());
  }

  /**
   * Returns the harmonic mean of both accuracies for each weight, 0 to 1; empty if there are too
   * few classes or images.
   */
  double[] harmonicMeans(List<Double> weights) {
    if (texts.size(0) < FEWEST_CLASSES) {
      return new double[0];
    }
    double[] learned = new double[weights.size()];
    double[] unseen = new double[weights.size()];
    int scored = 0;
    for (int half = 0; half < 2; half++) {
      try (Scope scope = Scope.open("half of the classes")) {
        scored += count(half, weights, learned, unseen);
      }
    }
    int learnedRows = scored;
    return scored == 0
        ? new double[0]
        : IntStream.range(0, weights.size())
            .mapToDouble(w -> harmonicMean(learned[w] / learnedRows, unseen[w] / labels.length))
            .toArray();
  }

  private static double harmonicMean(double a, double b) {
    return a + b == 0 ? 0 : 2 * a * b / (a + b);
  }

  /**
   * Counts correct predictions of each weight if the classes with {@code label % 2 == half} are
   * learned. Returns the number of scored rows of learned classes; all rows of others are scored.
   */
  private int count(int half, List<Double> weights, double[] learnedCounts, double[] unseenCounts) {
    int classes = Math.toIntExact(texts.size(0));
    int[] own = IntStream.range(0, labels.length).filter(i -> labels[i] % 2 == half).toArray();
    int[] others = IntStream.range(0, labels.length).filter(i -> labels[i] % 2 != half).toArray();
    Tensor ownTexts = some(texts, IntStream.range(0, classes).filter(c -> c % 2 == half).toArray());
    Tensor newTexts = some(texts, IntStream.range(0, classes).filter(c -> c % 2 != half).toArray());
    int[] ownLabels = Arrays.stream(own).map(i -> labels[i] / 2).toArray();
    int learned = Math.toIntExact(ownTexts.size(0));
    Tensor ownRows = some(rows, own);
    Tensor newRows = some(rows, others);
    GaussianDiscriminant gaussians = new GaussianDiscriminant(ownRows, ownLabels, learned);
    SortedMap<Integer, double[]> heldOut =
        new GaussianLeaveOneOut(gaussians, Arrays.stream(own).map(i -> images[i]).toArray())
            .logits();
    GaussianDiscriminant.LogDensities joint =
        GaussianDiscriminant.joined(
            gaussians.pooled(), gaussians.newClasses(newTexts, neighbors, 0, true));
    Tensor all = Tensor.concat(List.of(ownTexts, newTexts), 0);
    double[][] ownZeroShot = joint.logits(ownRows, all, scale, 0).toDoubleRows();
    double[][] ownDensities = joint.logits(ownRows, all, 0, 1).toDoubleRows();
    double[][] newZeroShot = joint.logits(newRows, all, scale, 0).toDoubleRows();
    double[][] newDensities = joint.logits(newRows, all, 0, 1).toDoubleRows();
    // Both have log(1 / number of classes) in their bias.
    double prior = Math.log((double) learned / classes);
    double alphaOfOne = (double) (own.length - 1) / rows.size(1);
    heldOut.forEach(
        (row, logits) ->
            Arrays.setAll(
                ownDensities[row], c -> c < learned ? logits[c] + prior : ownDensities[row][c]));
    for (int w = 0; w < weights.size(); w++) {
      double alpha = weights.get(w) * alphaOfOne;
      for (int row : heldOut.keySet()) {
        learnedCounts[w] +=
            isBest(ownZeroShot[row], ownDensities[row], alpha, ownLabels[row]) ? 1 : 0;
      }
      for (int i = 0; i < others.length; i++) {
        unseenCounts[w] +=
            isBest(newZeroShot[i], newDensities[i], alpha, learned + labels[others[i]] / 2) ? 1 : 0;
      }
    }
    return heldOut.size();
  }

  private static Tensor some(Tensor of, int[] places) {
    return of.indexSelect(0, Tensor.indices(places));
  }

  private static boolean isBest(double[] zeroShot, double[] density, double alpha, int label) {
    double own = zeroShot[label] + alpha * density[label];
    for (int c = 0; c < zeroShot.length; c++) {
      if (c != label && zeroShot[c] + alpha * density[c] >= own) {
        return false;
      }
    }
    return true;
  }
}
