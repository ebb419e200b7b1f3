package org.kgcoop.runs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kgcoop.eval.Metrics;

/**
 * The outcome of a run without its images: {@code results.json}.
 *
 * @param chosen settings that the run has found by itself, such as a weight
 * @param training null where nothing was trained
 * @param nearestWords the words nearest to each learned vector
 * @param targets in the order they were asked for, then those of earlier questions
 * @param calibration of a run with a temperature; null otherwise
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record RunResults(
    Map<String, JsonNode> chosen,
    @Nullable Training training,
    List<List<String>> nearestWords,
    @JsonInclude(JsonInclude.Include.ALWAYS) List<TargetResult> targets,
    @Nullable CalibrationResult calibration) {

  /** The file in a run's folder, and in a table's. */
  public static final String FILE = "results.json";

  public static final RunResults NONE = new RunResults(Map.of(), null, List.of(), List.of(), null);

  /**
   * The time that training took.
   *
   * @param images that steps saw
   * @param seconds of all steps
   * @param msPerImage the same for an image
   * @param prepareSeconds that computing features took, as if the feature cache had been empty
   */
  public record Training(long images, double seconds, double msPerImage, double prepareSeconds) {
    public Training {
      prepareSeconds = Double.isNaN(prepareSeconds) ? 0 : prepareSeconds;
    }
  }

  public RunResults {
    chosen = RunJson.map(chosen);
    nearestWords = RunJson.list(nearestWords);
    targets = RunJson.list(targets);
  }

  /**
   * Reads those of a run's folder; {@link #NONE} where there are none.
   *
   * @throws org.kgcoop.KgCoopException of the kind IO where they are damaged
   */
  public static RunResults read(Path folder) {
    return RunJson.read(folder.resolve(FILE), RunResults.class).orElse(NONE);
  }

  /** The same with other targets. */
  public RunResults withTargets(List<TargetResult> measured) {
    return new RunResults(chosen, training, nearestWords, measured, calibration);
  }

  /** The same with the calibration of a run that has a temperature. */
  public RunResults withCalibration(@Nullable CalibrationResult found) {
    return new RunResults(chosen, training, nearestWords, targets, found);
  }

  public Optional<TargetResult> target(String name) {
    return targets.stream().filter(target -> target.name().equals(name)).findFirst();
  }

  /** The accuracy on the target of a name, in percent; NaN where there is none. */
  public double accuracy(String name) {
    return target(name).map(TargetResult::accuracy).orElse(Double.NaN);
  }

  /** H of the accuracies on base and new classes; NaN where one is not there. */
  public double harmonicMean() {
    return Metrics.harmonicMean(accuracy("base"), accuracy("new"));
  }

  /** Milliseconds of training that an image takes; NaN where nothing was trained. */
  public double msPerImage() {
    return training == null ? Double.NaN : training.msPerImage();
  }

  /** The same with what computing its features took divided among the epochs. */
  public double msPerImageWithFeatures() {
    return training == null
        ? Double.NaN
        : training.msPerImage() + 1000 * training.prepareSeconds() / Math.max(1, training.images());
  }
}
