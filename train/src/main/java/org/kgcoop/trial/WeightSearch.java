package org.kgcoop.trial;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleFunction;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.eval.Metrics;
import org.kgcoop.files.Folders;
import org.kgcoop.files.Json;
import org.kgcoop.method.Method;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TargetResult;

/**
 * Selection of KgCoOp's weight without any new classes. Half of the classes to learn is hidden,
 * then the other half. KgCoOp is trained on the seen half with each weight, and measured on
 * held-out images of the seen and of the hidden classes. The weight with the best mean H wins.
 * Among equal ones, the largest wins, because it preserves most of CLIP's knowledge.
 *
 * <p>The held-out images of the seen classes are their validation images, whose labels other
 * methods do not use, or a quarter of their training images if there are none. All images of the
 * hidden classes are held out. The result is in {@code weight_search.json} in the run folder.
 * During the search, each training has a run folder in {@code .weight-search}.
 *
 * @param grid the weights to try
 * @param method a function that returns the method with a weight
 * @param runner a function that runs another trial
 */
record WeightSearch(
    ExperimentContext context,
    Trial trial,
    List<Double> grid,
    DoubleFunction<Method> method,
    CrossValidation.Runner runner) {

  /** The content of {@code weight_search.json}. */
  private record Search(List<Measured> trials, List<Mean> meanH, double chosen) {}

  private record Measured(
      String hidden, double weight, double seen, double unseen, double h, double distance) {}

  private record Mean(double weight, double h) {}

  /**
   * Runs or resumes the search, or reads its result.
   *
   * @param run the folder of the run
   * @return the selected weight
   */
  double find(Path run) {
    Path file = run.resolve("weight_search.json");
    Path work = run.resolve(".weight-search");
    Optional<Search> before = Json.read(file, Search.class);
    if (before.isPresent()) {
      Folders.remove(work); // left by a process that ended before it deleted them
      return before.get().chosen;
    }
    DataSet drawn = trial.sample().data(context.warnings());
    List<Fold> folds =
        List.of(Fold.hiding(drawn, ClassSplit.NEW), Fold.hiding(drawn, ClassSplit.BASE));
    List<List<RunResults>> results = measured(folds, work);
    List<Measured> trials = new ArrayList<>();
    for (int fold = 0; fold < folds.size(); fold++) {
      String hidden = folds.get(fold).name().replace("-hidden", "");
      for (int i = 0; i < grid.size(); i++) {
        TargetResult seen = results.get(i).get(fold).targets().get(0);
        TargetResult unseen = results.get(i).get(fold).targets().get(1);
        double h = Metrics.harmonicMean(seen.accuracy(), unseen.accuracy());
        trials.add(
            new Measured(
                hidden, grid.get(i), seen.accuracy(), unseen.accuracy(), h, unseen.distance()));
      }
    }
    List<Mean> means =
        grid.stream().map(weight -> new Mean(weight, meanH(trials, weight))).toList();
    Mean best =
        means.stream()
            .max(Comparator.comparingDouble(Mean::h).thenComparingDouble(Mean::weight))
            .orElseThrow();
    Json.write(file, new Search(trials, means, best.weight));
    Folders.remove(work);
    long seed = trial.sample().seed();
    String found =
        String.format(
            Locale.ROOT,
            "%s, seed %d: weight %s has the best H on hidden base classes, %.2f",
            drawn.name(),
            seed,
            best.weight,
            best.h);
    context.progress().message(found);
    return best.weight;
  }

  private static double meanH(List<Measured> trials, double weight) {
    return trials.stream()
        .filter(each -> each.weight == weight)
        .mapToDouble(Measured::h)
        .average()
        .orElseThrow();
  }

  /** Returns the results of each weight on each fold. */
  private List<List<RunResults>> measured(List<Fold> folds, Path work) {
    CrossValidation nested = new CrossValidation(context, trial.sample(), work, runner);
    List<List<RunResults>> measured = new ArrayList<>();
    try (Progress.Task task =
        context.progress().start(trial.sample().name() + ": weights", (long) grid.size())) {
      for (double weight : grid) {
        Recipe recipe = trial.recipe().with(method.apply(weight));
        measured.add(nested.measure(recipe, "weight=" + weight, folds));
        task.done(measured.size());
      }
    }
    return measured;
  }
}
