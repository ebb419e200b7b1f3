package org.kgcoop.tables;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.runs.Metric;
import org.kgcoop.settings.SettingValues;

/** The notes on the figures of a table. */
final class TableNotes {
  private TableNotes() {}

  /** Returns the notes, one per line. */
  static List<String> of(RunTable table, List<String> columns) {
    List<String> notes = new ArrayList<>();
    if (table.rows().stream()
        .anyMatch(row -> columns.stream().anyMatch(c -> table.lacksRuns(row, c)))) {
      notes.add(
          "† incomplete: averaged only over seeds that exist for all data sets of the row (- if"
              + " there are none); other rows may have more data sets.");
    }
    List<String> joint =
        columns.stream()
            .filter(column -> Metric.ofColumn(column).filter(Metric::isJoint).isPresent())
            .toList();
    table.rows().stream()
        .filter(row -> !joint.isEmpty())
        .filter(row -> joint.stream().allMatch(column -> table.estimate(row, column) == null))
        .map(row -> "no joint list for " + row.label() + ": " + jointReason(row))
        .forEach(notes::add);
    if (any(
        table,
        run -> has(run, "training.augment", "cache:") || has(run, "training.augment", "pool:"))) {
      notes.add(
          "Runs with --augment cache:V or pool:V use the same augmented views for every seed: ±"
              + " and intervals do not include variation between augmentations.");
    }
    if (any(table, run -> run.method().equals(KgCoOp.ID) && has(run, "method.weight", "auto"))) {
      notes.add(
          "KgCoOp weight=auto: where a data set has validation images, the search uses their"
              + " labels, which other methods do not see.");
    }
    return notes;
  }

  /** Returns the reason why a row has no figures for base and new classes in one list. */
  private static String jointReason(TableRow row) {
    return row.runs()
        .findFirst()
        .flatMap(run -> closedReason(run.record().settings().path("method")))
        .map(why -> why + " cannot be used on new classes.")
        .orElse("not measured; base2new measures it.");
  }

  private static Optional<String> closedReason(JsonNode method) {
    try {
      return method instanceof ObjectNode json
          ? MethodRegistry.parse(SettingValues.fromJson(json)).closedClassReason()
          : Optional.empty();
    } catch (KgCoopException e) {
      return Optional.empty(); // settings of another version
    }
  }

  private static boolean any(RunTable table, Predicate<StoredRun> property) {
    return table.rows().stream().flatMap(TableRow::runs).anyMatch(property);
  }

  private static boolean has(StoredRun run, String setting, String beginning) {
    return run.settings().getOrDefault(setting, "").startsWith(beginning);
  }
}
