package org.kgcoop.trial;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.TableCell;

/** Execution of many trials, optionally in parallel. */
final class Trials {
  private final ExperimentContext context;
  private final Progress all;
  private final int jobs;

  Trials(ExperimentContext context, int jobs) {
    this.jobs = jobs;
    all = context.progress();
    // The progress lines of parallel runs would be mixed, so only the number of finished runs is
    // reported.
    this.context = jobs == 1 ? context : context.silent();
  }

  /**
   * Runs the missing trials.
   *
   * @param out the folder of the table
   * @param done receives the entry of each finished trial, in the thread of this trial
   * @return one entry per trial, in the order of the trials
   */
  List<TableCell> run(List<Trial> trials, Path out, Consumer<TableCell> done) {
    trials.forEach(trial -> trial.targets().forEach(EvaluationSet::use));
    try {
      if (jobs == 1) {
        return Jobs.run(suppliers(trials, out, done), 1);
      }
      AtomicLong count = new AtomicLong();
      try (Progress.Task task = all.start("runs", trials.size())) {
        Consumer<TableCell> onResult =
            cell -> {
              synchronized (task) {
                task.done(count.incrementAndGet());
              }
            };
        return Jobs.run(suppliers(trials, out, onResult.andThen(done)), jobs);
      }
    } finally {
      // Trials that never started do not release their evaluation sets.
      trials.forEach(trial -> trial.targets().forEach(EvaluationSet::free));
    }
  }

  private List<Supplier<TableCell>> suppliers(
      List<Trial> trials, Path out, Consumer<TableCell> done) {
    return trials.stream()
        .<Supplier<TableCell>>map(
            trial ->
                () -> {
                  TableCell cell = trial.cell(new TrialRun(context, trial).run(out));
                  trial.targets().forEach(EvaluationSet::release);
                  done.accept(cell);
                  return cell;
                })
        .toList();
  }
}
