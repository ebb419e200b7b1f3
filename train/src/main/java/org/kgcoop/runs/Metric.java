package org.kgcoop.runs;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.kgcoop.eval.JointEvaluation.Score;
import org.kgcoop.eval.Metrics;
import org.kgcoop.eval.ProbabilityMetrics;

/**
 * A number of a run, apart from its accuracies. A metric of an evaluation set exists once per set;
 * a metric of the joint list exists once per run, if the run was measured on base and new classes.
 */
@SuppressWarnings("ImmutableEnumChecker") // the functions have no state
public enum Metric {
  JOINT("joint", Best.HIGHEST, JointResult::accuracy),
  JOINT_BASE("joint base", Best.HIGHEST, JointResult::base),
  JOINT_NEW("joint new", Best.HIGHEST, JointResult::newAccuracy),
  JOINT_H("joint H", Best.HIGHEST, each -> Metrics.harmonicMean(each.base(), each.newAccuracy())),
  AUROC_MAXIMUM_PROBABILITY(Score.MAXIMUM_PROBABILITY),
  AUROC_JOINT_PROBABILITY(Score.JOINT_PROBABILITY),
  AUROC_MAXIMUM_LOGIT(Score.MAXIMUM_LOGIT),
  AUROC_ENERGY(Score.ENERGY),
  OPENWORLD_AUC("OpenworldAUC", Best.HIGHEST, JointResult::openworldAuc),
  ECE("ECE", ofProbabilities(ProbabilityMetrics::expectedCalibrationError)),
  ECE_EQUAL_MASS("ECE, equal mass", ofProbabilities(ProbabilityMetrics::equalMassCalibrationError)),
  BRIER("Brier", ofProbabilities(ProbabilityMetrics::brier)),
  NLL("NLL", ofProbabilities(ProbabilityMetrics::negativeLogLikelihood)),
  DISTANCE("distance", TargetResult::distance);

  /** The better end of a metric. */
  public enum Best {
    HIGHEST,
    LOWEST,
    NONE
  }

  private final String header;
  private final Best best;
  private final @Nullable ToDoubleFunction<JointResult> jointValue;
  private final @Nullable ToDoubleFunction<TargetResult> targetValue;

  Metric(String header, Best best, ToDoubleFunction<JointResult> jointValue) {
    this.header = header;
    this.best = best;
    this.jointValue = jointValue;
    this.targetValue = null;
  }

  Metric(Score score) {
    this(
        "AUROC, " + score.name().toLowerCase(Locale.ROOT).replace('_', ' '),
        Best.HIGHEST,
        joint -> joint.auroc(score));
  }

  Metric(String header, ToDoubleFunction<TargetResult> targetValue) {
    this.header = header;
    this.best = header.equals("distance") ? Best.NONE : Best.LOWEST;
    this.jointValue = null;
    this.targetValue = targetValue;
  }

  private static ToDoubleFunction<TargetResult> ofProbabilities(
      ToDoubleFunction<ProbabilityMetrics> value) {
    return target -> {
      ProbabilityMetrics known = target.probabilities();
      return known == null ? Double.NaN : value.applyAsDouble(known);
    };
  }

  /** The metric of a column: {@code ece}, or {@code ece:new} for one evaluation set. */
  public static Optional<Metric> ofColumn(String column) {
    String id = column.split(":", 2)[0];
    return Arrays.stream(values()).filter(each -> each.id().equals(id)).findFirst();
  }

  /** The name of its column: {@code joint_base}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The name of its column for one evaluation set or one group of them: {@code ece:new}. */
  public String id(String of) {
    return id() + ":" + of;
  }

  /** The title of its column. */
  public String header() {
    return header;
  }

  public Best best() {
    return best;
  }

  /** True for a metric of the joint list of base and new classes. */
  public boolean isJoint() {
    return jointValue != null;
  }

  /** True for an accuracy, in percent. */
  public boolean isPercent() {
    return compareTo(JOINT_H) <= 0;
  }

  /** The values of a run: one of the joint list, or one per evaluation set. */
  List<Double> values(
      List<TargetResult> targets, @Nullable JointResult joint, Predicate<TargetResult> takes) {
    if (jointValue != null) {
      return joint == null ? List.of() : List.of(jointValue.applyAsDouble(joint));
    }
    ToDoubleFunction<TargetResult> each = targetValue;
    return each == null
        ? List.of()
        : targets.stream().filter(takes).map(each::applyAsDouble).toList();
  }
}
