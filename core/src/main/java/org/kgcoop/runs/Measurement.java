package org.kgcoop.runs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.kgcoop.eval.Metrics;

/**
 * The outcome of a run as a table keeps it.
 *
 * @param setting the settings that a sweep varied
 * @param dataSet that was learned from
 * @param shots training images per class; 0 for all, and if nothing was learned
 * @param seed null if it is not known
 * @param chosen settings that the run has found by itself, such as a weight
 * @param run its folder below that of the table; empty if it has none
 * @param targets in the order of the protocol
 * @param joint the result with base and new classes in one list; null without such a list
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Measurement(
    String method,
    String title,
    String prompts,
    @JsonInclude(JsonInclude.Include.ALWAYS) Map<String, JsonNode> setting,
    String dataSet,
    int shots,
    @Nullable Long seed,
    @JsonInclude(JsonInclude.Include.ALWAYS) double msPerImage,
    @JsonInclude(JsonInclude.Include.ALWAYS) double msPerImageWithFeatures,
    Map<String, JsonNode> chosen,
    String run,
    List<TargetResult> targets,
    @Nullable JointResult joint) {
  public Measurement {
    title = RunJson.or(title, RunJson.or(method, "unnamed"));
    setting = RunJson.map(setting);
    chosen = RunJson.map(chosen);
    targets = RunJson.list(targets);
  }

  /** The accuracy on the evaluation set of that name in percent; NaN if there is none. */
  public double accuracy(String target) {
    return targets.stream()
        .filter(each -> each.name().equals(target))
        .mapToDouble(TargetResult::accuracy)
        .findFirst()
        .orElse(Double.NaN);
  }

  /**
   * The figure of a column of one run: an accuracy by the name of its evaluation set, {@code H}, or
   * a measure, such as {@code ece} or {@code ece:new}; NaN if there is none.
   */
  public double figure(String column) {
    if (column.equals("H")) {
      return Metrics.harmonicMean(accuracy("base"), accuracy("new"));
    }
    Measure measure = Measure.ofColumn(column).orElse(null);
    if (measure == null) {
      return accuracy(column);
    }
    String target = column.substring(Math.min(column.length(), measure.id().length() + 1));
    return Metrics.mean(values(measure, each -> target.isEmpty() || each.name().equals(target)));
  }

  /** The values of a measure: one of the joint list, or one per evaluation set. */
  public List<Double> values(Measure measure, Predicate<TargetResult> takes) {
    return measure.values(targets, joint, takes);
  }
}
