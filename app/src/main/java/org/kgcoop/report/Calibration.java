package org.kgcoop.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kgcoop.eval.Metrics;
import org.kgcoop.eval.ProbabilityMetrics;
import org.kgcoop.report.Section.Chart;
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

  /**
   * Predictions with similar confidence.
   *
   * @param row the title of their row
   */
  private record Line(String row, int images, double confidence, double accuracy) {
    Point point() {
      return new Point(confidence, accuracy);
    }
  }

  /** Draws the diagram of a run. The result is empty if the run stores no confidences. */
  static Optional<Chart> chart(List<TargetResult> targets, Predictions predictions) {
    Map<String, List<Line>> curves = new LinkedHashMap<>();
    List<String> errors = new ArrayList<>();
    for (TargetResult target : targets.subList(0, Math.min(Drawing.COLOURS - 1, targets.size()))) {
      predictions
          .target(target.name())
          .map(of -> lines(target.name(), of.each()))
          .filter(lines -> !lines.isEmpty())
          .ifPresent(lines -> curves.put(target.name(), lines));
      ProbabilityMetrics known = target.probabilities();
      double error = known == null ? Double.NaN : known.expectedCalibrationError();
      if (curves.containsKey(target.name()) && Double.isFinite(error)) {
        errors.add(target.name() + " " + Formats.percent(100 * error) + "\u00a0%");
      }
    }
    String error =
        errors.isEmpty() ? "" : "; expected calibration error: " + String.join(", ", errors);
    return curves.isEmpty()
        ? Optional.empty()
        : Optional.of(draw("Calibration" + error, "Calibration", "confidence", curves));
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
    String with = "temperature " + Formats.percent(found.temperature());
    Map<String, List<Line>> curves = new LinkedHashMap<>();
    curves.put(without, lines(without, before));
    curves.put(with, lines(with, after));
    return Optional.of(
        draw(
            "Calibration on learned classes; expected calibration error: %s\u00a0%% %s, %s\u00a0%% %s"
                .formatted(
                    Formats.percent(100 * before.ece()),
                    without,
                    Formats.percent(100 * after.ece()),
                    "with it, from %s %s images".formatted(found.images(), found.by())),
            "Calibration without and with the temperature",
            "probabilities",
            curves));
  }

  private static Chart draw(
      String caption, String label, String corner, Map<String, List<Line>> curves) {
    List<Series> series = new ArrayList<>();
    curves.forEach(
        (name, lines) ->
            series.add(
                new Series(name, Style.LINE_AND_POINTS, lines.stream().map(Line::point).toList())));
    series.add(new Series("ideal", Style.REFERENCE, List.of(new Point(0, 0), new Point(1, 1))));
    List<Line> rows = curves.values().stream().flatMap(List::stream).toList();
    return new Chart(
        caption,
        new XyPlot(Axis.of("confidence", 0, 1.02), Axis.of("accuracy", 0, 1.02), series).draw(),
        List.copyOf(curves.keySet()),
        new ReportTable<>(label, corner, rows, Line::row)
            .numbers("images", Line::images, SeriesGrid::number)
            .numbers("mean confidence", Line::confidence, v -> Formats.decimals(v, 3))
            .numbers("accuracy", Line::accuracy, v -> Formats.decimals(v, 3)));
  }

  private static List<Line> lines(String row, CalibrationResult.Reliability reliability) {
    return reliability.bins().stream()
        .map(bin -> new Line(row, bin.images(), bin.confidence(), bin.accuracy()))
        .toList();
  }

  /** Returns the predictions by their confidence, in intervals (b/10, (b+1)/10]. */
  private static List<Line> lines(String target, List<Prediction> predictions) {
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < BINS; i++) {
      double low = i / 10.0;
      double high = (i + 1) / 10.0;
      boolean last = i == BINS - 1;
      List<Prediction> inside =
          predictions.stream()
              .filter(p -> p.confidence() > low && (p.confidence() <= high || last))
              .toList();
      if (!inside.isEmpty()) {
        lines.add(
            new Line(
                Formats.text("%s, %.1f to %.1f", target, low, high),
                inside.size(),
                Metrics.mean(inside.stream().map(Prediction::confidence).toList()),
                (double) inside.stream().filter(Prediction::isRight).count() / inside.size()));
      }
    }
    return lines;
  }
}
