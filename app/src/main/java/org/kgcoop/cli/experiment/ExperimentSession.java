package org.kgcoop.cli.experiment;

import com.google.errorprone.annotations.MustBeClosed;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.ColumnOptions;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TableResults;
import org.kgcoop.runs.TargetResult;
import org.kgcoop.tensorboard.EventFiles;
import org.kgcoop.trial.Experiment;
import org.kgcoop.trial.ExperimentContext;
import org.kgcoop.trial.ExperimentPlan;
import org.kgcoop.trial.Protocol;
import org.kgcoop.trial.Trial;
import org.kgcoop.trial.TrialRun;

/**
 * The opened experiment of a command line. A caller performs all runs at once, or single runs to
 * distribute them. The name of a run is its folder, such as {@code objects/kgcoop/seed1}. Several
 * threads may use an instance.
 */
public final class ExperimentSession implements AutoCloseable {
  private final ExperimentContext context;
  private final Experiment experiment;
  private final Path out;
  private final Output output;
  private final List<String> columns;
  private final boolean perSet;
  private final Map<String, Trial> trials = new LinkedHashMap<>();

  /**
   * Takes ownership of the model in the context, unless it throws.
   *
   * @param out the folder of the table
   * @param columns the columns to print
   * @param perSet true if one table per data set is printed too
   */
  @MustBeClosed
  ExperimentSession(
      ExperimentContext context,
      Protocol protocol,
      ExperimentPlan plan,
      Path out,
      Output output,
      ColumnOptions columns,
      boolean perSet) {
    this.context = context;
    this.out = out;
    this.output = output;
    this.perSet = perSet;
    experiment = new Experiment(context, protocol, plan);
    this.columns = ExperimentPrinter.columns(experiment, columns);
    experiment.trials().forEach(trial -> trials.put(trial.run(), trial));
  }

  /** Returns the folder of the table. */
  public Path out() {
    return out;
  }

  /** Returns the names of all runs, in the order of the table. */
  public List<String> runs() {
    return List.copyOf(trials.keySet());
  }

  /**
   * Returns true if a run is complete.
   *
   * @throws KgCoopException if its folder is in use or contains other settings
   */
  public boolean isDone(String run) {
    return new TrialRun(context, trial(run)).isDone(out);
  }

  /**
   * Returns all settings that affect the results of a run, as JSON. Equal settings give equal
   * texts.
   */
  public String settings(String run) {
    return new TrialRun(context, trial(run)).settings();
  }

  /**
   * Performs or resumes a run.
   *
   * @param table the folder that will contain the run folder, such as {@link #out}
   * @param interrupted true if work should stop at the next safe point
   */
  public void run(String run, Path table, BooleanSupplier interrupted) {
    new TrialRun(context.until(interrupted), trial(run)).run(table);
  }

  /** Performs the remaining runs, and prints and writes the table. */
  public void printTable() {
    TableResults results;
    try (EventFiles events = events(runs())) {
      results = experiment.run(out);
    }
    new ExperimentPrinter(results, out).print(output, columns, perSet);
  }

  /**
   * Performs and prints the entire table or a single run.
   *
   * @param only a folder that ends with the name of the run, or null for the table
   */
  void print(@Nullable Path only) {
    if (only == null) {
      printTable();
      return;
    }
    List<String> found = trials.keySet().stream().filter(only::endsWith).toList();
    if (found.isEmpty()) {
      throw KgCoopException.configuration(
          "--only %s: no run of this table; its runs are %s"
              .formatted(only, String.join(", ", trials.keySet())));
    }
    String run = found.get(0);
    RunResults results;
    try (EventFiles events = events(List.of(run))) {
      results = new TrialRun(context, trial(run)).run(out);
    }
    output.json(results);
    for (TargetResult target : results.targets()) {
      output.printf(
          "%s: %.2f %%, %d of %d",
          target.name(), target.accuracy(), target.correct(), target.total());
    }
    output.print("Run: " + out.resolve(run));
  }

  @MustBeClosed
  private EventFiles events(List<String> names) {
    return EventFiles.growing(names.stream().map(out::resolve).toList(), output::warn);
  }

  /** Returns the display of progress that the options select. */
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

  /** Closes the model. All runs must have ended. */
  @Override
  public void close() {
    context.clip().close();
  }
}
