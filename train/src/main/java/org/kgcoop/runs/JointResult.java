package org.kgcoop.runs;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.kgcoop.eval.JointEvaluation;
import org.kgcoop.eval.JointEvaluation.Score;
import org.kgcoop.files.Json;

/**
 * The result of a run if the base and new classes of its data set are in one list. Accuracies are
 * in percent, areas are fractions; NaN if a number is not known.
 *
 * @param accuracy over the test images of both halves
 * @param base the accuracy on images of base classes
 * @param newAccuracy the accuracy on images of new classes
 * @param auroc the area under the ROC curve by the name of its score, base classes positive
 * @param openworldAuc by the joint probability, as published
 */
public record JointResult(
    double accuracy,
    double base,
    @JsonProperty("new") double newAccuracy,
    Map<String, Double> auroc,
    double openworldAuc) {

  public JointResult {
    auroc = Json.map(auroc); // in the order of the file, so that equal results are equal bytes
  }

  /** The numbers of an evaluation. */
  public static JointResult of(JointEvaluation joint) {
    Map<String, Double> auroc = new LinkedHashMap<>();
    for (Score score : Score.values()) {
      auroc.put(name(score), joint.auroc(score));
    }
    double area = joint.openworldAuc(Score.JOINT_PROBABILITY);
    return new JointResult(joint.joint(), joint.base(), joint.newAccuracy(), auroc, area);
  }

  /** The area by a score; NaN if it is not known. */
  double auroc(Score score) {
    return auroc.getOrDefault(name(score), Double.NaN);
  }

  private static String name(Score score) {
    return score.name().toLowerCase(Locale.ROOT);
  }
}
