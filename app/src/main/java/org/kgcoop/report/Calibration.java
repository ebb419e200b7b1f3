package org.kgcoop.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kgcoop.eval.ProbabilityMetrics;
import org.kgcoop.report.Block.Chart;
import org.kgcoop.report.chart.Drawing;
import org.kgcoop.report.chart.XyPlot;
import org.kgcoop.report.chart.XyPlot.Axis;
import org.kgcoop.report.chart.XyPlot.Point;
import org.kgcoop.report.chart.XyPlot.Series;
import org.kgcoop.report.chart.XyPlot.Style;
import org.kgcoop.runs.CalibrationResult;
import org.kgcoop.runs.Predictions;
import org.kgcoop.runs.Predictions.Prediction;
import org.kgcoop.runs.TargetResult;

/**
 * Reliability diagrams: the accuracy of predictions by confidence. If a model is calibrated, 80
 * percent of the predictions with 80 percent confidence are correct.
 */
final class Calibration {
  private static final int BINS = 10;

  private Calibration() {}

  /** The predictions with a confidence in (b/10, (b+1)/10]. */
  private record Bin(int index, List<Prediction> predictions) {
    double confidence() {
      return predictions.stream().mapToDouble(Prediction::confidence).average().orElse(Double.NaN);
    }

    double accuracy() {
      return predictions.stream()
          .mapToDouble(p -> p.isRight() ? 1 : 0)
          .average()
          .orElse(Double.NaN);
    }

    String range() {
      return String.format(Locale.ROOT, "%.1f to %.1f", index / 10.0, (index + 1) / 10.0);
    }
  }

  /** Draws the diagram of a run. The result is empty if the run stores no confidences. */
  static Optional<Chart> chart(List<TargetResult> targets, Predictions predictions) {
    List<Series> series = new ArrayList<>();
    List<String> rows = new ArrayList<>();
    List<Double> counts = new ArrayList<>();
    List<Double> confidences = new ArrayList<>();
    List<Double> accuracies = new ArrayList<>();
    List<String> errors = new ArrayList<>();
    for (TargetResult target : targets.subList(0, Math.min(Drawing.COLOURS - 1, targets.size()))) {
      List<Bin> bins =
          predictions.target(target.name()).map(of -> bins(of.each())).orElse(List.of());
      if (bins.isEmpty()) {
        continue;
      }
      ProbabilityMetrics known = target.probabilities();
      double error = known == null ? Double.NaN : known.expectedCalibrationError();
      if (Double.isFinite(error)) {
        errors.add(target.name() + " " + Text.decimals(100 * error, 2) + "\u00a0%");
      }
      series.add(
          new Series(
              target.name(),
              Style.LINE_AND_POINTS,
              bins.stream().map(bin -> new Point(bin.confidence(), bin.accuracy())).toList()));
      for (Bin bin : bins) {
        rows.add(target.name() + ", " + bin.range());
        counts.add((double) bin.predictions.size());
        confidences.add(bin.confidence());
        accuracies.add(bin.accuracy());
      }
    }
    if (series.isEmpty()) {
      return Optional.empty();
    }
    List<String> legend = series.stream().map(Series::name).toList();
    series.add(new Series("ideal", Style.REFERENCE, List.of(new Point(0, 0), new Point(1, 1))));
    String error =
        errors.isEmpty() ? "" : "; expected calibration error: " + String.join(", ", errors);
    return Optional.of(
        new Chart(
            "Calibration" + error,
            new XyPlot(Axis.of("confidence", 0, 1.02), Axis.of("accuracy", 0, 1.02), series).draw(),
            legend,
            ReportTable.of(
                "Calibration",
                "confidence",
                rows,
                List.of(),
                List.of(
                    ReportTable.numbers("images", counts, SeriesGrid::number),
                    ReportTable.numbers("mean confidence", confidences, v -> Text.decimals(v, 3)),
                    ReportTable.numbers("accuracy", accuracies, v -> Text.decimals(v, 3))))));
  }

  /**
   * Draws the diagram of a run with and without its temperature. The result is empty if there are
   * no test images.
   */
  static Optional<Chart> effect(@Nullable CalibrationResult found) {
    CalibrationResult.Reliability before = found == null ? null : found.before();
    CalibrationResult.Reliability after = found == null ? null : found.after();
    if (found == null || before == null || after == null) {
      return Optional.empty();
    }
    String without = "without temperature";
    String with = "temperature " + Text.decimals(found.temperature(), 2);
    List<Series> series =
        List.of(
            reliability(without, before.bins()),
            reliability(with, after.bins()),
            new Series("ideal", Style.REFERENCE, List.of(new Point(0, 0), new Point(1, 1))));
    List<ProbabilityMetrics.Bin> all = new ArrayList<>(before.bins());
    all.addAll(after.bins());
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      rows.add(i < before.bins().size() ? without : with);
    }
    return Optional.of(
        new Chart(
            "Calibration on learned classes; expected calibration error: %s\u00a0%% %s, %s\u00a0%% %s"
                .formatted(
                    Text.decimals(100 * before.ece(), 2),
                    without,
                    Text.decimals(100 * after.ece(), 2),
                    "with it, from %s %s images".formatted(found.images(), found.by())),
            new XyPlot(Axis.of("confidence", 0, 1.02), Axis.of("accuracy", 0, 1.02), series).draw(),
            List.of(without, with),
            ReportTable.of(
                "Calibration without and with the temperature",
                "probabilities",
                rows,
                List.of(),
                List.of(
                    ReportTable.numbers(
                        "images",
                        all.stream().map(bin -> (double) bin.images()).toList(),
                        SeriesGrid::number),
                    ReportTable.numbers(
                        "mean confidence",
                        all.stream().map(ProbabilityMetrics.Bin::confidence).toList(),
                        v -> Text.decimals(v, 3)),
                    ReportTable.numbers(
                        "accuracy",
                        all.stream().map(ProbabilityMetrics.Bin::accuracy).toList(),
                        v -> Text.decimals(v, 3))))));
  }

  private static Series reliability(String name, List<ProbabilityMetrics.Bin> bins) {
    return new Series(
        name,
        Style.LINE_AND_POINTS,
        bins.stream().map(bin -> new Point(bin.confidence(), bin.accuracy())).toList());
  }

  private static List<Bin> bins(List<Prediction> predictions) {
    List<Bin> bins = new ArrayList<>();
    for (int i = 0; i < BINS; i++) {
      double low = i / 10.0;
      double high = (i + 1) / 10.0;
      boolean last = i == BINS - 1;
      List<Prediction> inside =
          predictions.stream()
              .filter(p -> p.confidence() > low && (p.confidence() <= high || last))
              .toList();
      if (!inside.isEmpty()) {
        bins.add(new Bin(i, inside));
      }
    }
    return bins;
  }
}
