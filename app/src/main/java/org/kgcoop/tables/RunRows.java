package org.kgcoop.tables;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.MethodRegistry;

/** A grouping of runs into the rows of a table. */
final class RunRows {
  private RunRows() {}

  /** Makes one row per method, varied settings and shots. Only the newest of equal runs counts. */
  static List<TableRow> byMethod(List<StoredRun> all, Consumer<String> warnings) {
    List<StoredRun> complete = complete(all, warnings);
    RunLabels labels = new RunLabels(all); // a run in progress may have another value
    List<StoredRun> runs = complete.stream().sorted(order(labels)).toList();
    boolean manyShots = runs.stream().map(StoredRun::shots).distinct().count() > 1;
    // Each protocol trains on other classes, so runs of two protocols never repeat each other.
    boolean manyProtocols = runs.stream().map(StoredRun::protocol).distinct().count() > 1;
    Map<String, TableRow> rows = new LinkedHashMap<>();
    for (StoredRun run : runs) {
      String label =
          labels.method(run)
              + (manyShots ? shots(run.shots()) : "")
              + (manyProtocols ? ", " + run.protocol() : "");
      rows.computeIfAbsent(
              label,
              l -> new TableRow(l, run.method(), labels.setting(run), run.shots(), new TreeMap<>()))
          .add(run, (twin, other) -> newer(twin, other, warnings));
    }
    return List.copyOf(rows.values());
  }

  private static StoredRun newer(StoredRun twin, StoredRun run, Consumer<String> warnings) {
    warnings.accept(
        run.name() + " and " + twin.name() + " have the same settings; using the newer");
    return run.modified().isAfter(twin.modified()) ? run : twin;
  }

  /** Orders methods as protocols list them, and the rows of one method by their settings. */
  private static Comparator<StoredRun> order(RunLabels labels) {
    List<String> methods = MethodRegistry.ids();
    Comparator<StoredRun> byMethod =
        Comparator.comparingInt(
            run -> methods.contains(run.method()) ? methods.indexOf(run.method()) : methods.size());
    return byMethod
        .thenComparing(run -> String.join(" ", labels.setting(run).keySet()))
        .thenComparing(
            run -> labels.setting(run).values().toArray(String[]::new),
            (a, b) -> Arrays.compare(a, b, RunRows::compare))
        .thenComparingInt(StoredRun::shots);
  }

  private static int compare(String a, String b) {
    String number = "-?[\\d.]+(E-?\\d+)?";
    return a.matches(number) && b.matches(number)
        ? new BigDecimal(a).compareTo(new BigDecimal(b))
        : a.compareTo(b);
  }

  private static List<StoredRun> complete(List<StoredRun> all, Consumer<String> warnings) {
    List<StoredRun> runs =
        all.stream().filter(r -> r.isComplete() && !r.targets().isEmpty()).toList();
    if (runs.isEmpty()) {
      throw KgCoopException.configuration(
          "no complete run with results is among these " + all.size());
    }
    if (runs.size() < all.size()) {
      warnings.accept(
          "%s of %s runs are not complete and left out"
              .formatted(all.size() - runs.size(), all.size()));
    }
    return runs;
  }

  private static String shots(int shots) {
    return ", " + (shots == 0 ? "all" : shots) + (shots == 1 ? " shot" : " shots");
  }
}
