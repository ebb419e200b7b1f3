package org.kgcoop.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.kgcoop.report.Block.Chart;
import org.kgcoop.report.Block.Charts;
import org.kgcoop.report.Block.Heading;
import org.kgcoop.report.Block.Words;
import org.kgcoop.report.XyPlot.Axis;
import org.kgcoop.report.XyPlot.Point;
import org.kgcoop.report.XyPlot.Series;
import org.kgcoop.report.XyPlot.Style;

/** Losses, accuracies and learning rates over the epochs, as the events of runs tell them. */
final class CurvesSection {
  private static final int MOST_POINTS = 150;
  private static final Set<String> PLACE = Set.of("step", "epoch", "batch");
  private static final String RATE = "lr";

  private CurvesSection() {}

  /**
   * The curves of runs on one data set; several runs of equal label are told apart by their folder.
   *
   * @param curves for each run its curves by the name of what they show
   */
  private record Group(String dataSet, Map<String, Map<String, List<Point>>> curves) {}

  static Optional<Section> of(List<List<Cell>> groups) {
    List<Block> blocks = new ArrayList<>();
    int left = 0;
    int shown = 0;
    for (List<Cell> cells : groups) {
      Group group = read(cells);
      if (group.curves.isEmpty()) {
        continue;
      }
      if (shown == Selection.MOST) {
        left++;
        continue;
      }
      shown++;
      if (groups.size() > 1) {
        blocks.add(new Heading(group.dataSet));
      }
      blocks.add(new Charts(charts(group)));
      if (group.curves.size() < cells.stream().filter(c -> !c.isZeroShot()).count()) {
        blocks.add(new Words("Runs without a record of their steps are left out."));
      }
    }
    if (left > 0) {
      blocks.add(new Words("Left out: the curves of %d more data sets.".formatted(left)));
    }
    return blocks.isEmpty()
        ? Optional.empty()
        : Optional.of(new Section("training", "Training", blocks));
  }

  private static Group read(List<Cell> cells) {
    Map<String, Map<String, List<Point>>> curves = new LinkedHashMap<>();
    for (Cell cell : cells) {
      Run run = cell.run();
      Map<String, List<Point>> own = run == null ? Map.of() : curves(run.events());
      if (!own.isEmpty() && curves.size() < Ink.SERIES) {
        String name = cell.label();
        while (curves.containsKey(name)) {
          name += name.equals(cell.label()) ? ", seed " + cell.seed() : "'";
        }
        curves.put(name, own);
      }
    }
    return new Group(cells.isEmpty() ? "" : cells.get(0).dataSet(), curves);
  }

  /** Means over the steps of an epoch, so that a curve shows its course and not its noise. */
  private static Map<String, List<Point>> curves(List<JsonNode> events) {
    Map<String, TreeMap<Integer, List<Double>>> byName = new LinkedHashMap<>();
    for (JsonNode event : events) {
      event.properties().stream()
          .filter(field -> !PLACE.contains(field.getKey()) && Text.isFinite(field.getValue()))
          .forEach(
              field ->
                  byName
                      .computeIfAbsent(field.getKey(), key -> new TreeMap<>())
                      .computeIfAbsent(event.path("epoch").asInt(), epoch -> new ArrayList<>())
                      .add(field.getValue().asDouble()));
    }
    Map<String, List<Point>> curves = new LinkedHashMap<>();
    byName.forEach(
        (name, byEpoch) -> {
          List<Point> points = new ArrayList<>();
          byEpoch.forEach(
              (epoch, values) -> points.add(new Point(epoch, Statistics.spread(values).mean())));
          curves.put(name, SeriesGrid.thinned(points, MOST_POINTS));
        });
    return curves;
  }

  private static List<Chart> charts(Group group) {
    Set<String> names = new LinkedHashSet<>();
    group.curves.values().forEach(own -> names.addAll(own.keySet()));
    List<Chart> charts = new ArrayList<>();
    List<Series> losses = new ArrayList<>();
    List<Series> accuracies = new ArrayList<>();
    List<Series> rates = new ArrayList<>();
    for (String name : names) {
      List<Series> to = name.equals(RATE) ? rates : name.endsWith("accuracy") ? accuracies : losses;
      group.curves.forEach(
          (run, own) -> {
            List<Point> points = own.get(name);
            if (points != null) {
              String what = name.replace('_', ' ');
              boolean one = group.curves.size() == 1;
              String label = to == rates ? run : one ? what : run + ", " + what;
              to.add(new Series(label, Style.LINE, points));
            }
          });
    }
    add(charts, "Losses", "loss", losses);
    add(charts, "Accuracy, in percent", "percent", accuracies);
    add(charts, "Learning rate", "learning rate", equalOnes(rates));
    return charts;
  }

  private static void add(List<Chart> charts, String caption, String unit, List<Series> all) {
    if (all.isEmpty()) {
      return;
    }
    List<Series> series = all.subList(0, Math.min(Ink.SERIES, all.size()));
    String more = all.size() > series.size() ? "; the first %d".formatted(series.size()) : "";
    charts.add(
        new Chart(
            caption + " by epoch" + more,
            new XyPlot(Axis.of("epoch"), Axis.of(unit), series).draw(),
            series.stream().map(Series::name).toList(),
            SeriesGrid.of(caption, "epoch", series)));
  }

  /** Runs of one schedule share a line. */
  private static List<Series> equalOnes(List<Series> series) {
    Map<List<Point>, String> names = new LinkedHashMap<>();
    series.forEach(s -> names.merge(s.points(), s.name(), (a, b) -> a + "; " + b));
    List<Series> distinct = new ArrayList<>();
    names.forEach((points, name) -> distinct.add(new Series(name, Style.LINE, points)));
    return distinct;
  }
}
