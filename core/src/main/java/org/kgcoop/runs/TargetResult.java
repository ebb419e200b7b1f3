package org.kgcoop.runs;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.eval.ProbabilityMetrics;

/**
 * The accuracy on test images, and metrics from the counts. Values are in percent, except those of
 * the probabilities; NaN if unknown.
 *
 * @param name {@code base}, {@code new}, {@code test}, or the name of the data set
 * @param classes {@code all}, {@code base} or {@code new}
 * @param template the template of the prompts
 * @param fingerprint the fingerprint of the images and their labels
 * @param accuracy the accuracy from the counts, if they exist
 * @param probabilities the calibration of the probabilities; null if unknown
 * @param distance the distance between trained and template class features; NaN if undefined
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

  /** Returns the result without class names, as a table contains it. */
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
