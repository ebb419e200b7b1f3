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

  private final List<String> places;
  private final List<Chart> charts = new ArrayList<>();

  /** The unit of the x axis: epoch or step. */
  private final String by;

  /**
   * The curves of each run, by the name of the quantity. Runs with equal labels are distinguished
   * by their seed.
   */
  private final Map<String, Map<String, List<Point>>> curves = new LinkedHashMap<>();

  static Section of(List<List<StoredRun>> groups, Palette palette) {
    Section section = new Section("training", "Training");
    int shown = 0;
    for (List<StoredRun> cells : groups) {
      CurvesSection group = new CurvesSection(cells, palette);
      if (group.curves.isEmpty() || ++shown > Selection.MAX_RUNS) {
        continue;
      }
      if (groups.size() > 1) {
        section.heading(cells.get(0).dataSet());
      }
      group.draw();
      section.charts(group.charts);
      section.words(group.charts.isEmpty() ? "Too few steps to plot." : "");
      long trained = cells.stream().filter(c -> !c.method().equals(ZeroShot.ID)).count();
      if (group.curves.size() < trained) {
        section.words("Runs without a record of their steps are left out.");
      }
    }
    section.leftOut(shown - Selection.MAX_RUNS, "the curves of %s more data sets.");
    return section;
  }

  /** Reads the curves of runs on one data set. */
  private CurvesSection(List<StoredRun> cells, Palette palette) {
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
    (byEpoch ? byEpochs : all)
        .forEach(
            (name, own) -> {
              Map<String, List<Point>> points = byEpoch ? own.overEpochs() : own.overSteps();
              points.replaceAll((key, curve) -> SeriesGrid.thinned(curve, MAX_POINTS));
              curves.put(name, points);
            });
    by = byEpoch ? RunCurves.EPOCH : RunCurves.STEP;
    places = palette.places(List.copyOf(curves.keySet()));
  }

  /** Draws all losses of a single run in one chart, or one chart per loss for several runs. */
  private void draw() {
    Set<String> names = new LinkedHashSet<>();
    curves.values().forEach(own -> names.addAll(own.keySet()));
    names.remove(RATE);
    List<String> losses = names.stream().filter(name -> !name.endsWith(ACCURACY)).toList();
    if (curves.size() == 1) {
      Map<String, List<Point>> only = curves.values().iterator().next();
      add(
          "Losses",
          "loss",
          losses.stream()
              .map(name -> series(name.replace('_', ' '), only.getOrDefault(name, List.of())))
              .toList());
    } else {
      for (String name : losses.subList(0, Math.min(MAX_LOSSES, losses.size()))) {
        add(name.equals("loss") ? "Loss" : "Loss: " + name.replace('_', ' '), "loss", series(name));
      }
    }
    for (String name : names) {
      if (name.endsWith(ACCURACY)) {
        String what = Formats.capitalized(name.replace('_', ' '));
        add(what + ", in percent", "percent", series(name));
      }
    }
    add("Learning rate", "learning rate", equalOnes(series(RATE)));
  }

  /**
   * Returns one curve per run. A run without the quantity has an empty curve, so that each run
   * keeps its color in all charts.
   */
  private List<Series> series(String name) {
    return places.stream()
        .map(run -> series(run, curves.getOrDefault(run, Map.of()).getOrDefault(name, List.of())))
        .toList();
  }

  private static Series series(String name, List<Point> points) {
    return new Series(name, Style.LINE, points);
  }

  private void add(String caption, String unit, List<Series> all) {
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
                    ? series(names.remove(s.points()), s.points())
                    : series(s.name(), List.of()))
        .toList();
  }
}
