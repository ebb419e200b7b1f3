package org.kgcoop.runs;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * The accuracy on test images, and metrics from the counts. Values are in percent, except the
 * calibration error, which is a fraction; NaN if unknown.
 *
 * @param name {@code base}, {@code new}, {@code test}, or the name of the data set
 * @param classes {@code all}, {@code base} or {@code new}
 * @param template the template of the prompts
 * @param fingerprint the fingerprint of the images and their labels
 * @param accuracy the accuracy from the counts, if they exist
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
    double expectedCalibrationError,
    double distance) {

  public TargetResult {
    name = RunJson.or(name, "test");
    classes = RunJson.or(classes, "all");
    classNames = RunJson.list(classNames);
    accuracy = total > 0 ? 100.0 * correct / total : accuracy;
  }

  /** Returns only the counts, as in the cells of a table. */
  public TargetResult counts() {
    double none = Double.NaN;
    return new TargetResult(
        name, dataSet, classes, "", "", List.of(), correct, total, accuracy, none, none, none, none,
        distance);
  }
}
