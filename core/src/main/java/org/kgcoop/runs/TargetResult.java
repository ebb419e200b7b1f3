package org.kgcoop.runs;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.eval.ProbabilityMetrics;

/**
 * The accuracy on some test images, and what follows from the counts. Percentages, except the
 * probabilities' own; NaN where a number is not known.
 *
 * @param name {@code base}, {@code new}, {@code test}, or that of the data set
 * @param classes {@code all}, {@code base} or {@code new}
 * @param template of the hand-crafted prompts
 * @param fingerprint of the images and their labels
 * @param accuracy that of the counts, where they are there
 * @param probabilities the calibration of the probabilities; null if it is not known
 * @param distance between learned and hand-crafted class features; NaN where undefined
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record TargetResult(
    String name,
    String dataSet,
    String classes,
    String template,
    String fingerprint,
    List<String> classNames,
    long correct,
    long total,
    double accuracy,
    double errorRate,
    double macroF1,
    double meanPerClassAccuracy,
    @Nullable ProbabilityMetrics probabilities,
    double distance) {

  public TargetResult {
    name = RunJson.or(name, "test");
    classes = RunJson.or(classes, "all");
    classNames = RunJson.list(classNames);
    accuracy = total > 0 ? 100.0 * correct / total : accuracy;
  }

  /** Without names, as a table keeps it of each of its runs. */
  public TargetResult counts() {
    double none = Double.NaN;
    return new TargetResult(
        name,
        dataSet,
        classes,
        "",
        "",
        List.of(),
        correct,
        total,
        accuracy,
        none,
        none,
        none,
        probabilities,
        distance);
  }
}
