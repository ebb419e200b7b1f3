package org.kgcoop.cli.experiment;

import com.google.errorprone.annotations.MustBeClosed;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.ColumnOptions;
import org.kgcoop.clip.Clip;
import org.kgcoop.experiment.Experiment;
import org.kgcoop.experiment.ExperimentContext;
import org.kgcoop.experiment.ExperimentPlan;
import org.kgcoop.experiment.Progress;
import org.kgcoop.experiment.Protocol;
import org.kgcoop.experiment.Trial;
import org.kgcoop.experiment.TrialRun;
import org.kgcoop.runs.RunJson;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TargetResult;
import org.kgcoop.tensorboard.EventFiles;

/**
 * The experiment of a command line, opened: as a whole, or run by run for those who let others do
 * its runs. A run has the name of its folder, such as {@code objects/kgcoop/seed1}. Several threads
 * may use a grid.
 */
public final class OpenProtocol implements AutoCloseable {
  private final ExperimentContext bench;
  private final Experiment experiment;
  private final Path out;
  private final Output output;
  private final List<String> columns;
  private final boolean perSet;
  private final Map<String, Trial> trials = new LinkedHashMap<>();

  /**
   * Takes over the model of the bench, unless it throws.
   *
   * @param out the folder of the table
   * @param columns the columns that are printed
   * @param perSet whether rows for each data set are printed too
   */
  @MustBeClosed
  OpenProtocol(
      ExperimentContext bench,
      Protocol protocol,
      ExperimentPlan plan,
      Path out,
      Output output,
      ColumnOptions columns,
      boolean perSet) {
    this.bench = bench;
    this.out = out;
    this.output = output;
    this.perSet = perSet;
    experiment = new Experiment(bench, protocol, plan);
    this.columns = TableView.columns(experiment, columns);
    experiment.trials().forEach(trial -> trials.put(trial.run(), trial));
  }

  /** The folder of the table. */
  public Path out() {
    return out;
  }

  /** The names of all runs, in the order of the table's cells. */
  public List<String> runs() {
    return List.copyOf(trials.keySet());
  }

  /**
   * True if nothing is left to do for a run.
   *
   * @throws KgCoopException where its folder is in use, or holds other settings
   */
  public boolean isDone(String run) {
    return new TrialRun(bench, trial(run)).isDone(out);
  }

  /** All that decides the outcome of a run, as JSON: equal wherever the same is seen. */
  public String settings(String run) {
    return new TrialRun(bench, trial(run)).settings().toString();
  }

  /**
   * Does a run, or what is left of it, and is silent about it.
   *
   * @param table the folder that its own is below, such as {@link #out}
   * @param interrupted whether to stop at the next safe place
   */
  public void run(String run, Path table, BooleanSupplier interrupted) {
    Clip clip = bench.clip();
    ExperimentContext own =
        new ExperimentContext(
            clip, bench.cache(), Progress.SILENT, bench.warnings(), interrupted, bench.command());
    new TrialRun(own, trial(run)).run(table);
  }

  /** Does what is left of all runs, and prints and writes the table. */
  public void printTable() {
    TableView table;
    try (EventFiles events = events(runs())) {
      table = TableView.run(experiment, out);
    }
    table.print(output, columns, perSet);
  }

  /**
   * Does and prints the table, or one run alone.
   *
   * @param only a folder that ends as that of the run; null for the table
   */
  void print(@Nullable Path only) {
    if (only == null) {
      printTable();
    } else {
      printRun(only);
    }
  }

  private void printRun(Path folder) {
    String run =
        trials.keySet().stream()
            .filter(folder::endsWith)
            .findFirst()
            .orElseThrow(
                () ->
                    KgCoopException.configuration(
                        "--only %s: no run of this table; its runs are %s"
                            .formatted(folder, String.join(", ", trials.keySet()))));
    RunResults results;
    try (EventFiles events = events(List.of(run))) {
      results = new TrialRun(bench, trial(run)).run(out);
    }
    if (output.isJson()) {
      output.json(RunJson.tree(results));
      return;
    }
    for (TargetResult target : results.targets()) {
      output.line(
          String.format(
              Locale.ROOT,
              "%s: %.2f %%, %d of %d",
              target.name(),
              target.accuracy(),
              target.correct(),
              target.total()));
    }
    output.line("Run: " + out.resolve(run));
  }

  @MustBeClosed
  private EventFiles events(List<String> of) {
    return EventFiles.growing(of.stream().map(out::resolve).toList(), output::warn);
  }

  /** The display of progress that the command line chose. */
  public Progress progress() {
    return output.progress();
  }

  private Trial trial(String run) {
    Trial trial = trials.get(run);
    if (trial == null) {
      throw new IllegalArgumentException("no run " + run + " among " + trials.keySet());
    }
    return trial;
  }

  /** Closes the model. No run may be under way. */
  @Override
  public void close() {
    bench.clip().close();
  }
}
