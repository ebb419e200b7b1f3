package org.kgcoop.experiment;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.DoubleFunction;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.eval.Metrics;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.FolderTree;
import org.kgcoop.files.JsonFiles;
import org.kgcoop.method.Method;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TargetResult;
import org.kgcoop.train.TrainingSettings;

/**
 * Selection of KgCoOp's weight without any new classes. Half of the classes to learn is hidden,
 * then the other half. KgCoOp is trained on the seen half with each weight, and measured on
 * held-out images of the seen and of the hidden classes. The weight with the best mean H wins.
 * Among equal ones, the largest wins, because it preserves most of CLIP's knowledge.
 *
 * <p>The held-out images of the seen classes are their validation images, whose labels other
 * methods do not use, or a quarter of their training images if there are none. All images of the
 * hidden classes are held out. With fewer images, an epoch has fewer steps, so these runs have more
 * epochs, and train as many steps as the trial. The result is in {@code weight_search.json} in the
 * run folder. During the search, each training has a run folder in {@code .weight-search}.
 */
final class WeightSearch {

  private final ExperimentContext bench;
  private final Trial trial;
  private final List<Double> grid;
  private final DoubleFunction<Method> method;
  private final BiFunction<Trial, Path, RunResults> runs;

  /**
   * Creates a search for a trial.
   *
   * @param grid the weights to try
   * @param method a function that returns the method with a weight
   * @param runs a function that runs another trial in a folder
   */
  WeightSearch(
      ExperimentContext bench,
      Trial trial,
      List<Double> grid,
      DoubleFunction<Method> method,
      BiFunction<Trial, Path, RunResults> runs) {
    this.bench = bench;
    this.trial = trial;
    this.grid = grid;
    this.method = method;
    this.runs = runs;
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
      delete(work); // left by a process that ended before it deleted them
      return JsonFiles.read(file).path("chosen").asDouble();
    }
    DataSet drawn = trial.draw().data(bench.warnings());
    Map<Double, Double> sums = new HashMap<>();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode entries = json.putArray("trials");
    for (ClassSplit hidden : List.of(ClassSplit.NEW, ClassSplit.BASE)) {
      ClassHoldout halves = ClassHoldout.of(drawn, hidden);
      for (double weight : grid) {
        List<TargetResult> targets = measure(halves, weight, hidden, work);
        double seen = targets.get(0).accuracy();
        double unseen = targets.get(1).accuracy();
        double h = Metrics.harmonicMean(seen, unseen);
        sums.merge(weight, h, Double::sum);
        entries
            .addObject()
            .put("hidden", hidden == ClassSplit.NEW ? "second" : "first")
            .put("weight", weight)
            .put("seen", seen)
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
    delete(work);
    bench
        .progress()
        .message(
            String.format(
                Locale.ROOT,
                "%s, seed %d: weight %s has the best H on hidden base classes, %.2f",
                drawn.name(),
                trial.draw().seed(),
                best,
                sums.getOrDefault(best, 0.0) / 2));
    return best;
  }

  private double best(Map<Double, Double> sums) {
    return grid.stream()
        .max(
            Comparator.comparingDouble((Double weight) -> sums.getOrDefault(weight, 0.0))
                .thenComparingDouble(weight -> weight))
        .orElseThrow();
  }

  private List<TargetResult> measure(
      ClassHoldout halves, double weight, ClassSplit hidden, Path work) {
    MethodSpec spec =
        MethodSpec.of(
            task -> method.apply(weight),
            (trained, task) ->
                lengthened(
                    trial.spec().training().apply(trained, trial.draw().task()),
                    trial.draw().data(bench.warnings()),
                    halves.fitted()));
    FewShotSample draw =
        FewShotSample.made(halves.fitted(), trial.draw().shots(), trial.draw().seed());
    List<EvaluationSet> targets =
        List.of(
            new EvaluationSet("seen", halves.seen(), ClassSplit.ALL),
            new EvaluationSet("unseen", halves.unseen(), ClassSplit.ALL));
    String name = (hidden == ClassSplit.NEW ? "second" : "first") + "-hidden/weight=" + weight;
    try {
      return runs.apply(new Trial(spec, draw, targets, name), work).targets();
    } finally {
      targets.forEach(EvaluationSet::free);
    }
  }

  /**
   * Returns the training settings with more epochs, so that a part of the images is trained for as
   * many steps as all of them.
   */
  static TrainingSettings lengthened(TrainingSettings training, DataSet all, DataSet part) {
    return training.stretched((double) steps(all, training) / steps(part, training));
  }

  private static int steps(DataSet data, TrainingSettings training) {
    long[] labels = data.train().stream().mapToLong(Item::label).toArray();
    return training.plan(labels).batches(0).size();
  }

  private static void delete(Path folder) {
    try {
      FolderTree.delete(folder);
    } catch (IOException e) {
      throw KgCoopException.io(folder + ": cannot be deleted: " + FileErrors.reason(e), e);
    }
  }
}
