package org.kgcoop.runs;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kgcoop.eval.Metrics;
import org.kgcoop.files.Json;

/**
 * The result of a run without its images: {@code results.json}.
 *
 * @param chosen settings that the run has chosen automatically, such as a weight
 * @param training null if nothing was trained
 * @param nearestWords the words nearest to each context vector
 * @param targets in the requested order, then those of earlier requests
 * @param joint the result with base and new classes in one list; null without such a list
 * @param calibration the calibration of a run with a temperature; null otherwise
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record RunResults(
    Map<String, Object> chosen,
    @Nullable Training training,
    List<List<String>> nearestWords,
    @JsonInclude(JsonInclude.Include.ALWAYS) List<TargetResult> targets,
    @Nullable JointResult joint,
    @Nullable CalibrationResult calibration) {

  /** The name of the file in the folder of a run or a table. */
  public static final String FILE = "results.json";

  public static final RunResults NONE =
      new RunResults(Map.of(), null, List.of(), List.of(), null, null);

  /**
   * The training time.
   *
   * @param images the number of images in all steps
   * @param seconds the time of all steps
   * @param msPerImage the time per image in milliseconds, without the first steps of a process
   * @param prepareSeconds the time for computing features, with an empty feature cache
   */
  public record Training(long images, double seconds, double msPerImage, double prepareSeconds) {
    public Training {
      prepareSeconds = Double.isNaN(prepareSeconds) ? 0 : prepareSeconds;
    }
  }

  public RunResults {
    chosen = Json.map(chosen);
    nearestWords = Json.list(nearestWords);
    targets = Json.list(targets);
  }

  /**
   * Reads the results of a run; {@link #NONE} if there are none.
   *
   * @throws org.kgcoop.KgCoopException of the category IO if they are damaged
   */
  public static RunResults read(Path folder) {
    return Json.read(folder.resolve(FILE), RunResults.class).orElse(NONE);
  }

  /**
   * Returns the part that a table contains: counts on some evaluation sets.
   *
   * @param names the names of these sets
   * @param hasJointList false to leave out the joint list
   */
  public RunResults brief(List<String> names, boolean hasJointList) {
    List<TargetResult> counts =
        names.stream().flatMap(name -> target(name).stream()).map(TargetResult::counts).toList();
    return new RunResults(chosen, training, List.of(), counts, hasJointList ? joint : null, null);
  }

  /** Returns the results with other measurements. */
  public RunResults with(List<TargetResult> measured, @Nullable JointResult measuredJointly) {
    return new RunResults(chosen, training, nearestWords, measured, measuredJointly, calibration);
  }

  /** Returns the results with a calibration. */
  public RunResults withCalibration(@Nullable CalibrationResult found) {
    return new RunResults(chosen, training, nearestWords, targets, joint, found);
  }

  public Optional<TargetResult> target(String name) {
    return targets.stream().filter(target -> target.name().equals(name)).findFirst();
  }

  /** Returns the accuracy on a target in percent; NaN if there is none. */
  public double accuracy(String name) {
    return target(name).map(TargetResult::accuracy).orElse(Double.NaN);
  }

  /**
   * Returns the value of a column: an accuracy by the name of its evaluation set, {@code H}, or a
   * metric, such as {@code ece} or {@code ece:new}; NaN if there is none.
   */
  public double value(String column) {
    if (column.equals("H")) {
      return Metrics.harmonicMean(accuracy("base"), accuracy("new"));
    }
    Metric metric = Metric.ofColumn(column).orElse(null);
    if (metric == null) {
      return accuracy(column);
    }
    String target = column.substring(Math.min(column.length(), metric.id().length() + 1));
    return Metrics.mean(
        metric.values(targets, joint, each -> target.isEmpty() || each.name().equals(target)));
  }

  /** Returns the training time per image in milliseconds; NaN if nothing was trained. */
  public double msPerImage() {
    return training == null ? Double.NaN : training.msPerImage();
  }

  /** Returns the training time per image, including the time for computing its features. */
  public double msPerImageWithFeatures() {
    return training == null
        ? Double.NaN
        : training.msPerImage() + 1000 * training.prepareSeconds() / Math.max(1, training.images());
  }
}
