package org.kgcoop.adapt;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.kgcoop.data.Item;
import org.kgcoop.eval.Softmax;
import org.kgcoop.runs.AdaptRecord.Mistake;
import org.kgcoop.runs.AdaptRecord.OfClass;
import org.kgcoop.trial.CrossValidation.HeldOut;

/**
 * Predictions of a method for held-out images.
 *
 * @param score the score of the predictions
 * @param classes the counts per class
 * @param mistakes the wrong predictions
 */
record HeldOutPredictions(Score score, List<OfClass> classes, List<Mistake> mistakes) {
  /**
   * Returns the predictions of logits.
   *
   * @param names the class names to choose from, those of the learned classes first
   * @param learned the number of learned classes
   * @param shares the weight of each image by key; absent for 1
   * @param hidesClasses true if classes were hidden, so that a class is a unit of resampling, and
   *     not a group of images
   */
  static HeldOutPredictions of(
      List<HeldOut> heldOut,
      List<String> names,
      int learned,
      Map<String, Double> shares,
      boolean hidesClasses) {
    List<Score.Prediction> predictions = new ArrayList<>();
    List<Mistake> mistakes = new ArrayList<>();
    int[] counts = new int[learned];
    int[] correct = new int[learned];
    for (HeldOut each : heldOut) {
      Item item = each.item();
      int label = item.label();
      String unit = hidesClasses ? "class " + label : item.group();
      double weight = shares.getOrDefault(item.key(), 1.0);
      int predicted = Softmax.argMax(each.logits());
      predictions.add(new Score.Prediction(unit, label, each.unseen(), weight, predicted == label));
      counts[label]++;
      if (predicted == label) {
        correct[label]++;
      } else {
        double confidence = Softmax.probabilities(each.logits(), 1)[predicted];
        mistakes.add(new Mistake(item.key(), names.get(label), names.get(predicted), confidence));
      }
    }
    List<OfClass> classes =
        IntStream.range(0, learned)
            .mapToObj(label -> new OfClass(names.get(label), counts[label], correct[label]))
            .toList();
    return new HeldOutPredictions(new Score(predictions), classes, mistakes);
  }
}
