package org.kgcoop.trial;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleFunction;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.eval.Metrics;
import org.kgcoop.files.FolderTree;
import org.kgcoop.files.JsonFiles;
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
 */
final class WeightSearch {

  private final ExperimentContext context;
  private final Trial trial;
  private final List<Double> grid;
  private final DoubleFunction<Method> method;
  private final CrossValidation.Runner runner;

  /**
   * Creates a search for a trial.
   *
   * @param grid the weights to try
   * @param method a function that returns the method with a weight
   * @param runner a function that runs another trial
   */
  WeightSearch(
      ExperimentContext context,
      Trial trial,
      List<Double> grid,
      DoubleFunction<Method> method,
      CrossValidation.Runner runner) {
    this.context = context;
    this.trial = trial;
    this.grid = grid;
    this.method = method;
    this.runner = runner;
  }

  /**
   * Runs or resumes the search, or reads its result.
   *
   * @param run the folder of the run
   * @return the selected weight
   */
  double find(Path run) {
    Path file = run.resolve("weight_search.json");
    Path work = run.resolve(".weight-search");
    if (Files.exists(file)) {
      FolderTree.remove(work); // left by a process that ended before it deleted them
      return JsonFiles.read(file).path("chosen").asDouble();
    }
    DataSet drawn = trial.sample().data(context.warnings());
    Map<Double, Double> sums = new HashMap<>();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode entries = json.putArray("trials");
    List<Fold> folds =
        List.of(Fold.hiding(drawn, ClassSplit.NEW), Fold.hiding(drawn, ClassSplit.BASE));
    List<List<RunResults>> measured = measured(folds, work);
    for (int fold = 0; fold < folds.size(); fold++) {
      for (int i = 0; i < grid.size(); i++) {
        List<TargetResult> targets = measured.get(i).get(fold).targets();
        double seenAccuracy = targets.get(0).accuracy();
        double unseen = targets.get(1).accuracy();
        double h = Metrics.harmonicMean(seenAccuracy, unseen);
        sums.merge(grid.get(i), h, Double::sum);
        entries
            .addObject()
            .put("hidden", folds.get(fold).name().replace("-hidden", ""))
            .put("weight", grid.get(i))
            .put("seen", seenAccuracy)
            .put("unseen", unseen)
            .put("h", h)
            .put("distance", targets.get(1).distance());
      }
    }
    double best = best(sums);
    ArrayNode means = json.putArray("mean_h");
    for (double weight : grid) {
      means.addObject().put("weight", weight).put("h", sums.getOrDefault(weight, 0.0) / 2);
    }
    json.put("chosen", best);
    JsonFiles.write(file, json);
    FolderTree.remove(work);
    context
        .progress()
        .message(
            String.format(
                Locale.ROOT,
                "%s, seed %d: weight %s has the best H on hidden base classes, %.2f",
                drawn.name(),
                trial.sample().seed(),
                best,
                sums.getOrDefault(best, 0.0) / 2));
    return best;
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

  private double best(Map<Double, Double> sums) {
    return grid.stream()
        .max(
            Comparator.comparingDouble((Double weight) -> sums.getOrDefault(weight, 0.0))
                .thenComparingDouble(weight -> weight))
        .orElseThrow();
  }
}
