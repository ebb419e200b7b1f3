package org.kgcoop.trial;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Fingerprint;
import org.kgcoop.data.Templates;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.LockedFile;
import org.kgcoop.method.TaskContext;
import org.kgcoop.runs.RunFolders;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TableCell;
import org.kgcoop.runs.TableResults;

/** Execution of a protocol: a run folder for each of its trials, and a table of the results. */
public final class Experiment {
  private final ExperimentContext context;
  private final Protocol protocol;
  private final ExperimentPlan plan;
  private final List<Trial> trials;

  public Experiment(ExperimentContext context, Protocol protocol, ExperimentPlan plan) {
    this.context = context;
    this.protocol = protocol;
    this.plan = plan;
    List<String> names = protocol.dataSets().stream().map(DataSet::name).toList();
    if (names.stream().distinct().count() < names.size()) {
      throw KgCoopException.configuration(
          "two data sets have the same name ("
              + String.join(", ", names)
              + "), so that their runs would share a folder: rename one");
    }
    trials = List.copyOf(protocol.trials(plan));
    trials.stream().map(Trial::method).distinct().forEach(method -> method.check(context.clip()));
  }

  public Protocol protocol() {
    return protocol;
  }

  public ExperimentPlan plan() {
    return plan;
  }

  /** Returns all trials. Trials of the same data set share their derived data. */
  public List<Trial> trials() {
    return trials;
  }

  /**
   * Runs the missing trials in {@code out}, and writes the table and its settings to {@code
   * results.json} there. Until all trials are done, {@code table.json} contains the finished ones.
   *
   * @throws KgCoopException if the folder cannot be written, is in use, or contains a run or the
   *     table of another protocol, which this table would replace
   */
  public TableResults run(Path out) {
    RunFolders.create(out);
    try (LockedFile lock = RunFolders.lock(out)) {
      refuseOthers(out);
      trials.forEach(Trial::check);
      ObjectNode settings = settings();
      TableSoFar soFar = new TableSoFar(out, settings);
      List<TableCell> cells = new Trials(context, plan.jobs()).run(trials, out, soFar::finished);
      TableResults results = table(cells, withFingerprints(settings), List.of());
      results.write(out);
      return results;
    } catch (IOException e) {
      throw KgCoopException.io(out + ": cannot be closed: " + FileErrors.reason(e), e);
    }
  }

  private TableResults table(List<TableCell> cells, ObjectNode settings, List<TableCell> pending) {
    return new TableResults(
        cells,
        settings,
        SettingsJson.computation(context.clip()),
        SettingsJson.provenance(),
        pending);
  }

  /** Table of the finished runs, written after each run for monitoring. */
  private final class TableSoFar {
    private final Path out;
    private final ObjectNode settings;
    private final Map<String, TableCell> cells = new LinkedHashMap<>();
    private final Set<String> pending = new HashSet<>();

    TableSoFar(Path out, ObjectNode settings) {
      this.out = out;
      this.settings = settings;
      trials.forEach(trial -> cells.put(trial.run(), trial.cell(RunResults.NONE)));
      pending.addAll(cells.keySet());
      write();
    }

    synchronized void finished(TableCell cell) {
      cells.put(cell.run(), cell);
      pending.remove(cell.run());
      write();
    }

    private void write() {
      if (pending.isEmpty()) {
        return; // the final results follow
      }
      try {
        table(cells(false), settings, cells(true)).write(out);
      } catch (KgCoopException e) {
        context
            .progress()
            .message(
                out + ": the table so far is not written; the runs continue: " + e.getMessage());
      }
    }

    private List<TableCell> cells(boolean isPending) {
      return cells.values().stream()
          .filter(cell -> pending.contains(cell.run()) == isPending)
          .toList();
    }
  }

  private void refuseOthers(Path out) {
    String other = TableResults.readSoFar(out).map(TableResults::protocol).orElse("");
    String what =
        RunFolders.isRunFolder(out)
            ? "a run"
            : other.isEmpty() || other.equals(protocol.id()) ? "" : "the table of " + other;
    if (!what.isEmpty()) {
      throw KgCoopException.configuration(
          out + ": holds " + what + ", which this table would replace; choose another --out");
    }
  }

  /**
   * Returns the tasks, all with the default template, because the templates of the data sets are
   * recorded separately.
   */
  private List<TaskContext> tasks() {
    return trials.stream()
        .map(trial -> trial.sample().task().withTemplate(Templates.DEFAULT))
        .distinct()
        .toList();
  }

  /** Merges the settings of several trials. A setting with different values becomes a list. */
  private static ObjectNode merged(List<ObjectNode> settings) {
    ObjectNode merged = settings.get(0).deepCopy();
    for (Map.Entry<String, JsonNode> field : settings.get(0).properties()) {
      String key = field.getKey();
      List<JsonNode> values = settings.stream().map(each -> each.path(key)).distinct().toList();
      if (values.size() > 1) {
        merged.putArray(key).addAll(values);
      }
    }
    return merged;
  }

  /** Returns all settings except the fingerprints, which require reading every image. */
  private ObjectNode settings() {
    ObjectNode settings = JsonNodeFactory.instance.objectNode().put("protocol", protocol.id());
    plan.shots().forEach(settings.putArray("shots")::add);
    plan.seeds().forEach(settings.putArray("seeds")::add);
    ArrayNode methods = settings.putArray("methods");
    for (MethodSpec spec : plan.specs()) {
      List<Recipe> recipes = tasks().stream().map(spec::recipe).toList();
      ObjectNode entry = methods.addObject();
      entry.set(
          "method",
          merged(recipes.stream().map(each -> each.method().settingValues().toJson()).toList()));
      List<ObjectNode> trainings =
          recipes.stream()
              .map(Recipe::training)
              .filter(Objects::nonNull)
              .map(training -> training.stored().toJson())
              .toList();
      if (!trainings.isEmpty()) {
        entry.set("training", merged(trainings).without("seed"));
      }
      entry.set("setting", recipes.get(0).setting().toJson());
    }
    ArrayNode sets = settings.putArray("data_sets");
    for (DataSet data : protocol.dataSets()) {
      sets.addObject().put("name", data.name()).put("template", Templates.of(data));
    }
    return settings;
  }

  private ObjectNode withFingerprints(ObjectNode settings) {
    for (int i = 0; i < protocol.dataSets().size(); i++) {
      ((ObjectNode) settings.path("data_sets").path(i))
          .put("fingerprint", Fingerprint.of(protocol.dataSets().get(i), context.cache().hashes()));
    }
    return settings;
  }
}
