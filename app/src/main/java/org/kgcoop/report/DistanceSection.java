package org.kgcoop.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kgcoop.Messages;
import org.kgcoop.eval.Metrics;
import org.kgcoop.report.Block.Chart;
import org.kgcoop.report.Block.Charts;
import org.kgcoop.report.Block.Words;
import org.kgcoop.report.chart.Drawing;
import org.kgcoop.report.chart.XyPlot;
import org.kgcoop.report.chart.XyPlot.Axis;
import org.kgcoop.report.chart.XyPlot.Point;
import org.kgcoop.report.chart.XyPlot.Series;
import org.kgcoop.report.chart.XyPlot.Style;
import org.kgcoop.runs.TargetResult;
import org.kgcoop.tables.StoredRun;

/**
 * The figure that motivates KgCoOp: the larger the distance between learned and hand-crafted class
 * features, the larger the loss of accuracy on new classes. Each point is a run. It plots d = mean
 * over classes of |w - w_hand| squared against (a_hand - a) / a_hand, both on the new classes of a
 * data set.
 */
final class DistanceSection {
  private DistanceSection() {}

  /**
   * A run of a method.
   *
   * @param loss the loss of accuracy on new classes relative to zero-shot, in percent
   */
  record Loss(String method, double distance, double loss) {}

  static Optional<Section> of(List<StoredRun> runs, Palette palette) {
    List<Loss> losses = losses(runs);
    if (losses.size() < 3) {
      return Optional.empty();
    }
    List<String> methods = losses.stream().map(Loss::method).distinct().toList();
    List<String> shown = methods.subList(0, Math.min(Drawing.COLOURS, methods.size()));
    List<String> places = palette.places(methods);
    List<Series> series = new ArrayList<>();
    for (String method : places) {
      series.add(
          new Series(
              method,
              Style.POINTS,
              of(method, losses).stream().map(l -> new Point(l.distance, l.loss)).toList()));
    }
    double r = correlation(losses);
    List<List<Loss>> rows = new ArrayList<>();
    shown.forEach(method -> rows.add(of(method, losses)));
    rows.add(losses);
    String caption = "Distance to the hand-crafted class features, and loss on new classes";
    Chart chart =
        new Chart(
            caption + ": r = " + Formats.decimals(r, 2),
            new XyPlot(Axis.of("squared distance"), Axis.of("relative loss, percent"), series)
                .draw(),
            places,
            ReportTable.of(
                    caption, "method", rows, own -> own == losses ? "all" : own.get(0).method)
                .numbers("runs", List::size, SeriesGrid::number)
                .numbers("r", DistanceSection::correlation, Formats::percent)
                .build());
    String words =
        "A point is a run: the mean squared distance between learned and hand-crafted class features"
            + " of the new classes, and by how many percent of zero-shot accuracy the accuracy on"
            + " these classes is lower (below 0: higher). r is the correlation over "
            + (Double.isNaN(r)
                ? "the points; here it is undefined."
                : Messages.count(losses.size(), "run", "runs") + ".");
    return Optional.of(
        new Section(
            "distance",
            "Distance and loss on new classes",
            List.of(new Charts(List.of(chart)), new Words(words))));
  }

  private static List<Loss> of(String method, List<Loss> losses) {
    return losses.stream().filter(loss -> loss.method.equals(method)).toList();
  }

  private static double correlation(List<Loss> losses) {
    return Metrics.correlation(
        losses.stream().map(Loss::distance).toList(), losses.stream().map(Loss::loss).toList());
  }

  static List<Loss> losses(List<StoredRun> runs) {
    List<Loss> losses = new ArrayList<>();
    for (StoredRun run : runs) {
      double zeroShot = zeroShot(runs, run.dataSet());
      double accuracy = accuracy(run);
      if (run.isZeroShot() || !(zeroShot > 0) || !Double.isFinite(accuracy)) {
        continue;
      }
      double distance = distance(run);
      if (Double.isFinite(distance)) {
        losses.add(new Loss(Formats.label(run), distance, 100 * (zeroShot - accuracy) / zeroShot));
      }
    }
    return losses;
  }

  /** Returns the accuracy of zero-shot CLIP on new classes, which is equal for all seeds. */
  private static double zeroShot(List<StoredRun> runs, String dataSet) {
    return runs.stream()
        .filter(c -> c.isZeroShot() && c.dataSet().equals(dataSet))
        .mapToDouble(DistanceSection::accuracy)
        .filter(Double::isFinite)
        .findFirst()
        .orElse(Double.NaN);
  }

  private static double accuracy(StoredRun run) {
    return onNew(run.targets()).map(TargetResult::accuracy).orElse(Double.NaN);
  }

  /**
   * Returns the distance on new classes. Without new classes, it returns the distance on the last
   * evaluation set, or NaN if that is unknown.
   */
  static double distance(StoredRun run) {
    double known = distance(run.targets());
    return Double.isNaN(known) ? distance(run.results().targets()) : known;
  }

  private static double distance(List<TargetResult> targets) {
    return onNew(targets)
        .or(
            () ->
                targets.isEmpty() ? Optional.empty() : Optional.of(targets.get(targets.size() - 1)))
        .map(TargetResult::distance)
        .orElse(Double.NaN);
  }

  private static Optional<TargetResult> onNew(List<TargetResult> targets) {
    return targets.stream().filter(target -> target.name().equals("new")).findFirst();
  }
}
