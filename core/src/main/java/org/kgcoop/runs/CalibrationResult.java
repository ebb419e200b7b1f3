package org.kgcoop.runs;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.kgcoop.eval.Calibration;
import org.kgcoop.eval.ProbabilityMetrics;

/**
 * The temperature of a run, and the calibration without and with it on test images of the classes
 * that the run has learned. Numbers are NaN and lists are empty if there are no such images.
 *
 * @param temperature T: probabilities are softmax(logits / T)
 * @param by {@code out-of-fold} or {@code validation}
 * @param images the number of images that T was found with
 * @param eceBefore the expected calibration error at T = 1, a fraction, {@link
 *     ProbabilityMetrics#BINS} bins
 * @param eceAfter the same at T
 * @param nllBefore the negative log-likelihood at T = 1
 * @param nllAfter the same at T
 * @param binsBefore the reliability diagram at T = 1
 * @param binsAfter the same at T
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record CalibrationResult(
    double temperature,
    String by,
    int images,
    double eceBefore,
    double eceAfter,
    double nllBefore,
    double nllAfter,
    List<ProbabilityMetrics.Bin> binsBefore,
    List<ProbabilityMetrics.Bin> binsAfter) {

  public CalibrationResult {
    binsBefore = RunJson.list(binsBefore);
    binsAfter = RunJson.list(binsAfter);
  }

  /** Returns the temperature without a measurement. */
  public static CalibrationResult unmeasured(Calibration calibration) {
    double none = Double.NaN;
    return new CalibrationResult(
        calibration.temperature(),
        calibration.by().id(),
        calibration.images(),
        none,
        none,
        none,
        none,
        List.of(),
        List.of());
  }

  /** Returns the temperature with the metrics of at least one test image without and with it. */
  public static CalibrationResult of(
      Calibration calibration,
      ProbabilityMetrics.Accumulator before,
      ProbabilityMetrics.Accumulator after) {
    ProbabilityMetrics without = before.metrics(ProbabilityMetrics.BINS);
    ProbabilityMetrics with = after.metrics(ProbabilityMetrics.BINS);
    return new CalibrationResult(
        calibration.temperature(),
        calibration.by().id(),
        calibration.images(),
        without.expectedCalibrationError(),
        with.expectedCalibrationError(),
        without.negativeLogLikelihood(),
        with.negativeLogLikelihood(),
        before.bins(),
        after.bins());
  }
}
