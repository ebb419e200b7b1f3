package org.kgcoop.trial;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Templates;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Json;
import org.kgcoop.files.LockedFile;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.RunFolders;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TableCell;
import org.kgcoop.runs.TableResults;
import org.kgcoop.settings.SettingValues;

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
          "two data sets have the same name (%s), so that their runs would share a folder: rename one"
              .formatted(String.join(", ", names)));
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
      TableResults results = table(cells(out), settings(true), List.of());
      results.write(out);
      return results;
    } catch (IOException e) {
      throw KgCoopException.io(out + ": cannot be closed: " + FileErrors.reason(e), e);
    }
  }

  /** Runs the missing trials. Returns one entry per trial, in the order of the trials. */
  private List<TableCell> cells(Path out) {
    // The progress lines of parallel runs would be mixed, so only their number is reported.
    boolean isParallel = plan.jobs() > 1;
    ExperimentContext each = isParallel ? context.silent() : context;
    Progress runs = isParallel ? context.progress() : Progress.SILENT;
    SettingValues settings = settings(false);
    Map<String, TableCell> cells = new LinkedHashMap<>();
    trials.forEach(trial -> cells.put(trial.run(), trial.cell(RunResults.NONE)));
    writeSoFar(out, settings, cells);
    trials.forEach(trial -> trial.targets().forEach(EvaluationSet::use));
    try (Progress.Task task = runs.start("runs", trials.size())) {
      return Jobs.run(
          trials,
          trial -> {
            TableCell cell = trial.cell(new TrialRun(each, trial).run(out));
            trial.targets().forEach(EvaluationSet::release);
            synchronized (cells) {
              cells.put(trial.run(), cell);
              task.done(some(cells, false).size());
              writeSoFar(out, settings, cells);
            }
            return cell;
          },
          plan.jobs());
    } finally {
      // Trials that never started do not release their evaluation sets.
      trials.forEach(trial -> trial.targets().forEach(EvaluationSet::free));
    }
  }

  /** Writes the table of the finished runs, for monitoring. */
  private void writeSoFar(Path out, SettingValues settings, Map<String, TableCell> cells) {
    List<TableCell> pending = some(cells, true);
    if (pending.isEmpty()) {
      return; // the final results follow
    }
    try {
      table(some(cells, false), settings, pending).write(out);
    } catch (KgCoopException e) {
      String what = out + ": the table so far is not written; the runs continue: ";
      context.progress().message(what + e.getMessage());
    }
  }

  private static List<TableCell> some(Map<String, TableCell> cells, boolean arePending) {
    return cells.values().stream()
        .filter(cell -> cell.results().targets().isEmpty() == arePending)
        .toList();
  }

  private TableResults table(
      List<TableCell> cells, SettingValues settings, List<TableCell> pending) {
    return new TableResults(
        cells,
        Json.tree(settings.values()),
        Json.tree(context.computation().values()),
        Json.tree(ExperimentContext.versions().values()),
        pending);
  }

  private void refuseOthers(Path out) {
    String other = TableResults.readSoFar(out).map(TableResults::protocol).orElse("");
    String what =
        RunFolders.isRunFolder(out)
            ? "a run"
            : RunFolders.hasTags(out)
                ? "tags"
                : other.isEmpty() || other.equals(protocol.id()) ? "" : "the table of " + other;
    if (!what.isEmpty()) {
      throw KgCoopException.configuration(
          out + ": holds " + what + ", which this table would replace; choose another --out");
    }
  }

  /**
   * Returns the settings of all runs, by the keys of the table. A setting with different values is
   * a list.
   *
   * @param areRead true with the fingerprints, which require reading every image
   */
  private SettingValues settings(boolean areRead) {
    List<Map<String, Object>> dataSets = new ArrayList<>();
    for (DataSet data : protocol.dataSets()) {
      SettingValues values =
          SettingValues.of("name", data.name()).with("template", Templates.of(data));
      if (areRead) {
        values = values.with("fingerprint", context.cache().hashes().fingerprint(data));
      }
      dataSets.add(values.values());
    }
    return SettingValues.of("protocol", protocol.id())
        .with("shots", plan.shots())
        .with("seeds", plan.seeds())
        .with("methods", plan.specs().stream().map(this::settings).toList())
        .with("data_sets", dataSets);
  }

  /**
   * Returns the settings of a method for all tasks, with the default template, because the
   * templates of the data sets are recorded separately.
   */
  private Map<String, Object> settings(MethodSpec spec) {
    List<Recipe> recipes =
        trials.stream()
            .map(trial -> trial.sample().task().withTemplate(Templates.DEFAULT))
            .distinct()
            .map(spec::recipe)
            .toList();
    SettingValues settings =
        SettingValues.of(
            "method", merged(recipes.stream().map(each -> each.method().settingValues()).toList()));
    List<SettingValues> trainings =
        recipes.stream()
            .map(Recipe::training)
            .filter(Objects::nonNull)
            .map(training -> training.stored().without("seed"))
            .toList();
    if (!trainings.isEmpty()) {
      settings = settings.with("training", merged(trainings));
    }
    return settings.with("setting", recipes.get(0).setting().values()).values();
  }

  private static Map<String, Object> merged(List<SettingValues> settings) {
    Map<String, Object> merged = new LinkedHashMap<>();
    for (String key : settings.get(0).keys()) {
      List<Object> values =
          settings.stream().map(each -> each.values().get(key)).distinct().toList();
      merged.put(key, values.size() > 1 ? values : values.get(0));
    }
    return merged;
  }
}
