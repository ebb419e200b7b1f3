package org.kgcoop.runs;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.eval.Calibration;
import org.kgcoop.eval.ProbabilityMetrics;
import org.kgcoop.files.Json;

/**
 * The temperature of a run, and the calibration without and with it on test images of the classes
 * that the run has learned.
 *
 * @param temperature T: probabilities are softmax(logits / T)
 * @param by {@code out-of-fold} or {@code validation}
 * @param images the number of images that T was found with
 * @param before the calibration at T = 1; null if there are no such test images
 * @param after the same at T
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record CalibrationResult(
    double temperature,
    String by,
    int images,
    @Nullable Reliability before,
    @Nullable Reliability after) {

  /**
   * The agreement between probabilities and accuracy on test images.
   *
   * @param ece the expected calibration error, a fraction, {@link ProbabilityMetrics#BINS} bins
   * @param nll the negative log-likelihood
   * @param bins the reliability diagram
   */
  public record Reliability(double ece, double nll, List<ProbabilityMetrics.Bin> bins) {
    public Reliability {
      bins = Json.list(bins);
    }

    /** Returns the figures of at least one image. */
    public static Reliability of(ProbabilityMetrics.Accumulator images) {
      ProbabilityMetrics metrics = images.metrics(ProbabilityMetrics.BINS);
      return new Reliability(
          metrics.expectedCalibrationError(), metrics.negativeLogLikelihood(), images.bins());
    }
  }

  /** Returns the result of a run with a calibration. */
  public static CalibrationResult of(
      Calibration calibration, @Nullable Reliability before, @Nullable Reliability after) {
    return new CalibrationResult(
        calibration.temperature(), calibration.by().id(), calibration.images(), before, after);
  }
}
