package org.kgcoop.adapt;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.data.Item;
import org.kgcoop.eval.Calibration;
import org.kgcoop.eval.JointEvaluation;
import org.kgcoop.eval.Softmax;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.trial.CrossValidation;

/**
 * Logits of a method for held-out images.
 *
 * @param items the images, each once
 * @param rows the logits of each image, (C)
 */
record HeldOutLogits(List<Item> items, List<double[]> rows) {
  HeldOutLogits {
    items = List.copyOf(items);
    rows = List.copyOf(rows);
  }

  /**
   * Returns the logits of a cross-validation. An image that occurs several times counts once. A
   * fold in which its class was seen takes precedence.
   */
  static HeldOutLogits of(List<CrossValidation.HeldOut> heldOut) {
    Map<String, CrossValidation.HeldOut> byImage = new LinkedHashMap<>();
    heldOut.forEach(
        each ->
            byImage.merge(
                each.item().key(), each, (first, other) -> first.unseen() ? other : first));
    List<CrossValidation.HeldOut> each = List.copyOf(byImage.values());
    return new HeldOutLogits(
        each.stream().map(CrossValidation.HeldOut::item).toList(),
        each.stream().map(CrossValidation.HeldOut::logits).toList());
  }

  /**
   * Fits the temperature and the threshold to these images.
   *
   * @param isPretrained true if the method does not learn from images
   */
  Calibration calibration(boolean isPretrained) {
    return Calibration.outOfFold(
        rows.toArray(double[][]::new),
        items.stream().mapToInt(Item::label).toArray(),
        isPretrained ? Calibration.PRETRAINED : 0);
  }

  /** Returns the probabilities of each image for a temperature. */
  List<double[]> probabilities(double temperature) {
    return rows.stream().map(row -> Softmax.probabilities(row, 1 / temperature)).toList();
  }

  /**
   * Compares images that belong to no class with these images.
   *
   * @param unknown the largest probability of each image that belongs to no class, for the same
   *     temperature
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
