package org.kgcoop.experiment;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.kgcoop.runs.Measurement;

/** Many trials, some at a time. */
final class Trials {
  private final ExperimentContext bench;
  private final Progress all;
  private final int jobs;

  Trials(ExperimentContext bench, int jobs) {
    this.jobs = jobs;
    all = bench.progress();
    // Of runs side by side only their number is told: their own lines would mix.
    this.bench = jobs == 1 ? bench : bench.silent();
  }

  /**
   * Runs what is missing of them.
   *
   * @param out where their folders begin
   * @param done gets the cell of each that is done, from whichever thread did it
   * @return a cell a trial, in their order
   */
  List<Measurement> run(List<Trial> trials, Path out, Consumer<Measurement> done) {
    trials.forEach(trial -> trial.targets().forEach(EvaluationSet::use));
    try {
      if (jobs == 1) {
        return Jobs.run(suppliers(trials, out, done), 1);
      }
      AtomicLong count = new AtomicLong();
      try (Progress.Task task = all.start("runs", trials.size())) {
        Consumer<Measurement> told =
            cell -> {
              synchronized (task) {
                task.done(count.incrementAndGet());
              }
            };
        return Jobs.run(suppliers(trials, out, told.andThen(done)), jobs);
      }
    } finally {
      // Those that never began release nothing.
      trials.forEach(trial -> trial.targets().forEach(EvaluationSet::free));
    }
  }

  private List<Supplier<Measurement>> suppliers(
      List<Trial> trials, Path out, Consumer<Measurement> done) {
    return trials.stream()
        .<Supplier<Measurement>>map(
            trial ->
                () -> {
                  Measurement cell = trial.cell(new TrialRun(bench, trial).run(out));
                  trial.targets().forEach(EvaluationSet::release);
                  done.accept(cell);
                  return cell;
                })
        .toList();
  }
}
