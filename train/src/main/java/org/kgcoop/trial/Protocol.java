package org.kgcoop.trial;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.method.Method;

/** Protocol of a table: training data, evaluation sets and columns. */
public interface Protocol {

  /** Returns the name of its command, such as {@code base2new}. */
  String id();

  /** Returns all data sets of the protocol. */
  List<DataSet> dataSets();

  /** Returns all trials, grouped by data set. */
  List<Trial> trials(ExperimentPlan plan);

  /**
   * Returns the trials of every method on every few-shot sample of a data set.
   *
   * @param classes the part of the classes to learn
   * @param targets a function that returns the evaluation sets of a method, which its trials share
   * @param shotsInPath true if the run folders contain the number of shots, for tables with several
   *     numbers
   */
  static List<Trial> trials(
      ExperimentPlan plan,
      DataSet data,
      ClassSplit classes,
      Function<Method, List<EvaluationSet>> targets,
      boolean shotsInPath) {
    List<FewShotSample> samples = new ArrayList<>();
    for (int shots : plan.shots()) {
      plan.seeds().forEach(seed -> samples.add(new FewShotSample(data, classes, shots, seed)));
    }
    List<Trial> trials = new ArrayList<>();
    for (MethodSpec spec : plan.specs()) {
      for (FewShotSample sample : samples) {
        Recipe recipe = spec.recipe(sample.task());
        String shots = shotsInPath ? "/shots" + sample.shots() : "";
        String run = "%s/%s%s/seed%s".formatted(data.name(), recipe.folder(), shots, sample.seed());
        trials.add(new Trial(recipe, sample, targets.apply(recipe.method()), run));
      }
    }
    return trials;
  }
}
