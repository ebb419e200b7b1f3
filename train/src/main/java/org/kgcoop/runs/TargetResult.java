package org.kgcoop.runs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.kgcoop.eval.ProbabilityMetrics;
import org.kgcoop.files.Json;

/**
 * The accuracy on test images, and metrics. Values are in percent, except those of the
 * probabilities; NaN if unknown.
 *
 * @param name {@code base}, {@code new}, {@code test}, or the name of the data set
 * @param set the classes and the test images
 * @param classMeans metrics per class; null if unknown
 * @param probabilities the calibration of the probabilities; null if unknown
 * @param distance the distance between trained and template class features; NaN if undefined
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record TargetResult(
    String name,
    EvaluatedSet set,
    long correct,
    long total,
    @Nullable ClassMeans classMeans,
    @Nullable ProbabilityMetrics probabilities,
    double distance) {

  /**
   * The classes to choose from, and the test images.
   *
   * @param classes {@code all}, {@code base} or {@code new}
   * @param template the template of the hand-crafted prompts
   * @param fingerprint the fingerprint of the images and their labels
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record EvaluatedSet(
      String dataSet,
      String classes,
      String template,
      String fingerprint,
      List<String> classNames) {
    public EvaluatedSet {
      classNames = Json.list(classNames);
    }
  }

  /**
   * Means over the classes.
   *
   * @param f1 the F1 times 100
   */
  public record ClassMeans(double accuracy, double f1) {}

  public TargetResult {
    Objects.requireNonNull(set, "set");
  }

  /** Returns the share of correct images. */
  @JsonProperty(access = JsonProperty.Access.READ_ONLY)
  public double accuracy() {
    return total > 0 ? 100.0 * correct / total : Double.NaN;
  }

  /** Returns the result under another name. */
  public TargetResult named(String other) {
    return new TargetResult(other, set, correct, total, classMeans, probabilities, distance);
  }

  /** Returns the result without class names, as a table contains it. */
  public TargetResult counts() {
    EvaluatedSet brief = new EvaluatedSet(set.dataSet, set.classes, "", "", List.of());
    return new TargetResult(name, brief, correct, total, null, probabilities, distance);
  }
}
