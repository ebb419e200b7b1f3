package org.kgcoop.tables;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.kgcoop.runs.Metric;

/** The names of the columns of a table. */
final class TableColumns {
  /** The column with the harmonic mean of base and new. */
  static final String HARMONIC_MEAN = "H";

  /** The column with the mean over the data sets that the row was not trained on. */
  static final String AVERAGE = "average";

  /** The evaluation sets that are parts of the training data set itself. */
  static final Set<String> PARTS = Set.of("base", "new", "test");

  private TableColumns() {}

  /** Returns the accuracies of some evaluation sets. */
  static List<String> accuracies(List<String> targets) {
    List<String> columns = new ArrayList<>(targets);
    if (targets.contains("base") && targets.contains("new")) {
      columns.add(columns.indexOf("new") + 1, HARMONIC_MEAN);
    }
    if (targets.stream().filter(t -> !PARTS.contains(t)).count() > 1) {
      columns.add(AVERAGE);
    }
    return List.copyOf(columns);
  }

  /**
   * Returns the names of all metrics, such as {@code ece:new}.
   *
   * @param groups the evaluation sets, and {@link #AVERAGE} for the mean over some of them
   */
  static Stream<String> metrics(List<String> groups) {
    return Arrays.stream(Metric.values())
        .filter(metric -> !metric.isJoint() || groups.contains("new"))
        .flatMap(
            metric ->
                Stream.concat(
                    Stream.of(metric.id()),
                    metric.isJoint() ? Stream.of() : groups.stream().map(metric::id)));
  }

  /** Returns the names of all columns of some evaluation sets. */
  static List<String> available(List<String> targets) {
    List<String> columns = accuracies(targets);
    List<String> groups = columns.stream().filter(c -> !c.equals(HARMONIC_MEAN)).toList();
    return Stream.concat(columns.stream(), metrics(groups)).toList();
  }

  /** Returns true for the average of the accuracies, or of a metric: {@code ece:average}. */
  static boolean isAverage(String column) {
    return column.equals(AVERAGE) || column.endsWith(":" + AVERAGE);
  }
}
