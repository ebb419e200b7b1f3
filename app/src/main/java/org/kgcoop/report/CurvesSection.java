package org.kgcoop.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.report.Section.Chart;
import org.kgcoop.report.chart.Drawing;
import org.kgcoop.report.chart.XyPlot;
import org.kgcoop.report.chart.XyPlot.Axis;
import org.kgcoop.report.chart.XyPlot.Point;
import org.kgcoop.report.chart.XyPlot.Series;
import org.kgcoop.report.chart.XyPlot.Style;
import org.kgcoop.runs.EventLog;
import org.kgcoop.tables.StoredRun;

/**
 * Curves of losses, accuracies and learning rates over the epochs, from the logs of runs. The
 * curves are over steps as long as no run has two complete epochs.
 */
final class CurvesSection {
  private static final int MAX_POINTS = 150;
  private static final String RATE = "lr";
  private static final String ACCURACY = "accuracy";
  private static final int MAX_LOSSES = 4;

  private CurvesSection() {}

  /**
   * The curves of runs on one data set. Runs with equal labels are distinguished by their seed.
   *
   * @param curves the curves of each run, by the name of the quantity
   * @param by the unit of the x axis: epoch or step
   */
  private record Group(String dataSet, Map<String, Map<String, List<Point>>> curves, String by) {}

  static Section of(List<List<StoredRun>> groups, Palette palette) {
    Section section = new Section("training", "Training");
    int shown = 0;
    for (List<StoredRun> cells : groups) {
      Group group = read(cells);
      if (group.curves.isEmpty() || ++shown > Selection.MAX_RUNS) {
        continue;
      }
      if (groups.size() > 1) {
        section.heading(group.dataSet);
      }
      List<Chart> charts = charts(group, palette);
      section.charts(charts);
      section.words(charts.isEmpty() ? "Too few steps to plot." : "");
      if (group.curves.size()
          < cells.stream().filter(c -> !c.method().equals(ZeroShot.ID)).count()) {
        section.words("Runs without a record of their steps are left out.");
      }
    }
    section.leftOut(shown - Selection.MAX_RUNS, "the curves of %s more data sets.");
    return section;
  }

  private static Group read(List<StoredRun> cells) {
    Map<String, RunCurves> all = new LinkedHashMap<>();
    Map<String, RunCurves> byEpochs = new LinkedHashMap<>();
    for (StoredRun run : cells) {
      if (!run.hasFolder() || all.size() == Drawing.COLOURS) {
        continue;
      }
      RunCurves own = RunCurves.read(run.path().resolve(EventLog.FILE));
      if (!own.isEmpty()) {
        String name = Formats.label(run);
        while (all.containsKey(name)) {
          name += name.equals(Formats.label(run)) ? ", seed " + Formats.seed(run) : "'";
        }
        all.put(name, own);
        byEpochs.put(name, run.isComplete() ? own : own.withoutTheLastEpoch());
      }
    }
    boolean byEpoch = byEpochs.values().stream().anyMatch(own -> own.lastEpoch() > 1);
    Map<String, Map<String, List<Point>>> curves = new LinkedHashMap<>();
    (byEpoch ? byEpochs : all)
        .forEach(
            (name, own) -> {
              Map<String, List<Point>> points = byEpoch ? own.overEpochs() : own.overSteps();
              points.replaceAll((key, curve) -> SeriesGrid.thinned(curve, MAX_POINTS));
              curves.put(name, points);
            });
    String by = byEpoch ? RunCurves.EPOCH : RunCurves.STEP;
    return new Group(cells.isEmpty() ? "" : cells.get(0).dataSet(), curves, by);
  }

  /** Draws all losses of a single run in one chart, or one chart per loss for several runs. */
  private static List<Chart> charts(Group group, Palette palette) {
    Set<String> names = new LinkedHashSet<>();
    group.curves.values().forEach(own -> names.addAll(own.keySet()));
    names.remove(RATE);
    List<String> losses = names.stream().filter(name -> !name.endsWith(ACCURACY)).toList();
    List<String> runs = List.copyOf(group.curves.keySet());
    List<String> places = palette.places(runs);
    List<Chart> charts = new ArrayList<>();
    if (runs.size() == 1) {
      List<Series> all =
          losses.stream().flatMap(name -> series(group, name, runs, true).stream()).toList();
      add(charts, group.by, "Losses", "loss", all);
    } else {
      for (String name : losses.subList(0, Math.min(MAX_LOSSES, losses.size()))) {
        String what = name.replace('_', ' ');
        String caption = what.equals("loss") ? "Loss" : "Loss: " + what;
        add(charts, group.by, caption, "loss", series(group, name, places, false));
      }
    }
    for (String name : names) {
      if (name.endsWith(ACCURACY)) {
        String what = Formats.capitalized(name.replace('_', ' ')) + ", in percent";
        add(charts, group.by, what, "percent", series(group, name, places, false));
      }
    }
    List<Series> rates = equalOnes(series(group, RATE, places, false));
    add(charts, group.by, "Learning rate", "learning rate", rates);
    return charts;
  }

  /**
   * Returns one curve per run. A run without the quantity has an empty curve, so that each run
   * keeps its color in all charts.
   */
  private static List<Series> series(Group group, String name, List<String> places, boolean named) {
    List<Series> series = new ArrayList<>();
    for (String run : places) {
      List<Point> points = group.curves.getOrDefault(run, Map.of()).getOrDefault(name, List.of());
      series.add(new Series(named ? name.replace('_', ' ') : run, Style.LINE, points));
    }
    return series;
  }

  private static void add(
      List<Chart> charts, String by, String caption, String unit, List<Series> all) {
    if (all.stream().allMatch(s -> s.points().size() < 2)) {
      return;
    }
    List<Series> series = all.subList(0, Math.min(Drawing.COLOURS, all.size()));
    String more = all.size() > series.size() ? "; the first %s".formatted(series.size()) : "";
    charts.add(
        new Chart(
            caption + " by " + by + more,
            new XyPlot(Axis.of(by), Axis.of(unit), series).draw(),
            series.stream().map(s -> s.points().isEmpty() ? "" : s.name()).toList(),
            SeriesGrid.of(
                caption, by, series.stream().filter(s -> !s.points().isEmpty()).toList())));
  }

  /** Merges equal curves: runs with the same schedule share one line. */
  private static List<Series> equalOnes(List<Series> series) {
    Map<List<Point>, String> names = new LinkedHashMap<>();
    series.forEach(s -> names.merge(s.points(), s.name(), (a, b) -> a + "; " + b));
    return series.stream()
        .map(
            s ->
                names.containsKey(s.points())
                    ? new Series(names.remove(s.points()), Style.LINE, s.points())
                    : new Series(s.name(), Style.LINE, List.of()))
        .toList();
  }
}
