package org.kgcoop.adapt;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.kgcoop.data.Item;
import org.kgcoop.eval.Softmax;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.trial.CrossValidation;

/**
 * Predictions of a method for held-out images.
 *
 * @param score the score of the predictions
 * @param classes the counts per class
 * @param mistakes the wrong predictions
 */
record Answers(Score score, List<AdaptRecord.OfClass> classes, List<AdaptRecord.Mistake> mistakes) {
  Answers {
    classes = List.copyOf(classes);
    mistakes = List.copyOf(mistakes);
  }

  /**
   * Returns the predictions of logits.
   *
   * @param names the class names to choose from, those of the learned classes first
   * @param learned the number of learned classes
   * @param shares the weight of each image by key; absent for 1
   * @param hidesClasses true if classes were hidden, so that a class is a unit of resampling, and
   *     not a group of images
   */
  static Answers of(
      List<CrossValidation.HeldOut> heldOut,
      List<String> names,
      int learned,
      Map<String, Double> shares,
      boolean hidesClasses) {
    List<Score.HeldOutImage> images = new ArrayList<>();
    List<Boolean> right = new ArrayList<>();
    List<AdaptRecord.Mistake> mistakes = new ArrayList<>();
    int[] counts = new int[learned];
    int[] correct = new int[learned];
    for (CrossValidation.HeldOut each : heldOut) {
      Item item = each.item();
      int predicted = Softmax.argMax(each.logits(), 0, each.logits().length);
      images.add(
          new Score.HeldOutImage(
              hidesClasses ? "class " + item.label() : item.group(),
              item.label(),
              each.unseen(),
              shares.getOrDefault(item.key(), 1.0)));
      right.add(predicted == item.label());
      counts[item.label()]++;
      if (predicted == item.label()) {
        correct[item.label()]++;
      } else {
        mistakes.add(
            new AdaptRecord.Mistake(
                item.key(),
                names.get(item.label()),
                names.get(predicted),
                Softmax.probabilities(each.logits(), 1)[predicted]));
      }
    }
    return new Answers(
        new Score(images, right),
        IntStream.range(0, learned)
            .mapToObj(
                label -> new AdaptRecord.OfClass(names.get(label), counts[label], correct[label]))
            .toList(),
        mistakes);
  }
}
