package org.kgcoop.adapt;

import java.util.Arrays;
import java.util.List;
import org.kgcoop.data.Item;
import org.kgcoop.eval.Calibration;
import org.kgcoop.eval.JointEvaluation;
import org.kgcoop.eval.Softmax;
import org.kgcoop.runs.AdaptRecord;

/**
 * The logits of a method for images that it has not learned from.
 *
 * @param items each image once
 * @param rows the logits (C) of each
 */
record HeldOutLogits(List<Item> items, List<double[]> rows) {
  HeldOutLogits {
    items = List.copyOf(items);
    rows = List.copyOf(rows);
  }

  /** The temperature and the threshold that these images give. */
  Calibration calibration() {
    return Calibration.fit(
        rows.toArray(double[][]::new),
        items.stream().mapToInt(Item::label).toArray(),
        Calibration.Origin.OUT_OF_FOLD);
  }

  /** The probabilities of each image at a temperature. */
  List<double[]> probabilities(double temperature) {
    return rows.stream().map(row -> Softmax.probabilities(row, 1 / temperature)).toList();
  }

  /**
   * Compares images of no class with these.
   *
   * @param unknown the largest probability of each image of no class, at the same temperature
   */
  AdaptRecord.Unknown unknown(Calibration calibration, double[] unknown) {
    double threshold = calibration.rejection() == null ? 0 : calibration.rejection().threshold();
    double[] known =
        probabilities(calibration.temperature()).stream()
            .mapToDouble(row -> Arrays.stream(row).max().orElse(0))
            .toArray();
    return new AdaptRecord.Unknown(
        unknown.length,
        JointEvaluation.rankArea(known, unknown),
        (double) Arrays.stream(unknown).filter(score -> score >= threshold).count()
            / unknown.length);
  }
}
