package org.kgcoop.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.kgcoop.files.Json;
import org.kgcoop.report.chart.XyPlot.Point;

/**
 * The curves of a run's log, by the name of the quantity. They are computed while the log is read,
 * so that memory does not grow with the number of steps.
 */
final class RunCurves {
  static final String EPOCH = "epoch";
  static final String STEP = "step";
  private static final Set<String> PLACE = Set.of(STEP, EPOCH, "batch");

  private final Map<String, TreeMap<Integer, DoubleSummaryStatistics>> byEpoch =
      new LinkedHashMap<>();
  private final Map<String, Thinned> byStep = new LinkedHashMap<>();

  /** Reads the curves of a log. A missing log has no curves. */
  static RunCurves read(Path log) {
    RunCurves curves = new RunCurves();
    Json.readNumbers(log, curves::add);
    return curves;
  }

  private void add(Map<String, Double> event) {
    int epoch = event.getOrDefault(EPOCH, 0.0).intValue();
    int step = event.getOrDefault(STEP, 0.0).intValue();
    event.forEach(
        (name, value) -> {
          if (!PLACE.contains(name)) {
            byEpoch
                .computeIfAbsent(name, key -> new TreeMap<>())
                .computeIfAbsent(epoch, at -> new DoubleSummaryStatistics())
                .accept(value);
            byStep.computeIfAbsent(name, key -> new Thinned()).add(step, value);
          }
        });
  }

  boolean isEmpty() {
    return byEpoch.isEmpty();
  }

  int lastEpoch() {
    return byEpoch.values().stream().mapToInt(TreeMap::lastKey).max().orElse(0);
  }

  /**
   * Returns the curves without the last epoch. A mean over a few steps of an unfinished epoch
   * cannot be compared with the others.
   */
  RunCurves withoutTheLastEpoch() {
    RunCurves whole = new RunCurves();
    int last = lastEpoch();
    byEpoch.forEach(
        (name, epochs) -> {
          if (epochs.firstKey() < last) {
            whole.byEpoch.put(name, new TreeMap<>(epochs.headMap(last)));
          }
        });
    return whole;
  }

  /** Returns means over the steps of each epoch, which smooths the curves. */
  Map<String, List<Point>> overEpochs() {
    Map<String, List<Point>> curves = new LinkedHashMap<>();
    byEpoch.forEach(
        (name, epochs) -> {
          List<Point> points = new ArrayList<>();
          epochs.forEach((epoch, values) -> points.add(new Point(epoch, values.getAverage())));
          curves.put(name, points);
        });
    return curves;
  }

  /**
   * Returns the values of steps. If there are many, it returns an even selection and the last
   * value.
   */
  Map<String, List<Point>> overSteps() {
    Map<String, List<Point>> curves = new LinkedHashMap<>();
    byStep.forEach((name, thinned) -> curves.put(name, thinned.points()));
    return curves;
  }

  /** Every n-th value and the last one. If the values exceed the limit, n doubles. */
  private static final class Thinned {
    private static final int MAX_POINTS = 10_000; // many more points than a chart can show

    private final List<Point> points = new ArrayList<>();
    private int every = 1;
    private int added;
    private Point last = new Point(0, 0);

    void add(int step, double value) {
      last = new Point(step, value);
      if (added++ % every == 0) {
        points.add(last);
      }
      if (points.size() > MAX_POINTS) {
        for (int i = 1; i < points.size(); i++) {
          points.remove(i);
        }
        every *= 2;
      }
    }

    List<Point> points() {
      List<Point> all = new ArrayList<>(points);
      if (!last.equals(all.get(all.size() - 1))) {
        all.add(last);
      }
      return all;
    }
  }
}
