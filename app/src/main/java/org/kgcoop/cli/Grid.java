package org.kgcoop.cli;

import com.google.errorprone.annotations.MustBeClosed;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.kgcoop.clip.Clip;
import org.kgcoop.experiment.Experiment;
import org.kgcoop.experiment.Plan;
import org.kgcoop.experiment.Progress;
import org.kgcoop.experiment.Protocol;
import org.kgcoop.experiment.Trial;
import org.kgcoop.experiment.TrialRun;
import org.kgcoop.experiment.Workbench;
import org.kgcoop.runs.RunResults;

/**
 * The experiment of a command line, opened: as a whole, or run by run for those who let others do
 * its runs. A run has the name of its folder, such as {@code objects/kgcoop/seed1}. Several threads
 * may use a grid.
 */
public final class Grid implements AutoCloseable {
  private final ProtocolCall call;
  private final Workbench bench;
  private final Experiment experiment;
  private final Map<String, Trial> trials = new LinkedHashMap<>();

  /** Takes over the model of the bench, unless it throws. */
  @MustBeClosed
  Grid(ProtocolCall call, Workbench bench, Protocol protocol, Plan plan) {
    this.call = call;
    this.bench = bench;
    experiment = new Experiment(bench, protocol, plan);
    experiment.trials().forEach(trial -> trials.put(trial.run(), trial));
  }

  /** The folder of the table. */
  public Path out() {
    return call.options().out();
  }

  /** The names of all runs, in the order of the table's cells. */
  public List<String> runs() {
    return List.copyOf(trials.keySet());
  }

  /**
   * Whether there is nothing left to do for a run.
   *
   * @throws org.kgcoop.KgCoopException where its folder is in use, or holds other settings
   */
  public boolean isDone(String run) {
    return new TrialRun(bench, trial(run)).isDone(out());
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
    Workbench own =
        new Workbench(
            clip, bench.bank(), Progress.SILENT, bench.warnings(), interrupted, bench.command());
    RunResults unused = new TrialRun(own, trial(run)).run(table);
  }

  /** Does what is left of all runs, and prints and writes the table. */
  public void printTable() {
    TableView.run(experiment, out()).print(call.output(), call.perSet());
  }

  /** Where its command line wants to hear of progress. */
  public Progress progress() {
    return call.output().progress();
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
