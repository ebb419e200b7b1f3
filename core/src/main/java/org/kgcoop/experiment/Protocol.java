package org.kgcoop.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.runs.TableResults;
import org.kgcoop.runs.TargetResult;

/** A rule for a table: data to train on, data to measure on, and columns. */
public interface Protocol {

  /** The name of its command, such as {@code base2new}. */
  String id();

  /** All that have a part in it. */
  List<DataSet> dataSets();

  /** All trials, those of a data set behind each other. */
  List<Trial> trials(ExperimentPlan plan);

  /** The accuracies of a row. */
  List<Column> columns(ExperimentPlan plan);

  /** True if rows for each data set say more than rows over all. */
  boolean perSet();

  /**
   * A mean of accuracies.
   *
   * @param name in the results
   * @param header for people
   * @param takes which targets of which cells
   */
  record Column(String name, String header, BiPredicate<TableResults.Cell, TargetResult> takes) {
    /** A column with the same name in the results and for people. */
    public Column(String name, BiPredicate<TableResults.Cell, TargetResult> takes) {
      this(name, name, takes);
    }
  }

  /**
   * Every contender on every draw of a data set.
   *
   * @param classes that are learned
   * @param targets shared by all
   * @param shotsInPath whether runs of several numbers of shots lie beside each other
   */
  static List<Trial> trials(
      ExperimentPlan plan,
      DataSet data,
      ClassSplit classes,
      List<EvaluationSet> targets,
      boolean shotsInPath) {
    List<FewShotSample> draws = new ArrayList<>();
    for (int shots : plan.shots()) {
      plan.seeds().forEach(seed -> draws.add(new FewShotSample(data, classes, shots, seed)));
    }
    List<Trial> trials = new ArrayList<>();
    for (MethodSpec spec : plan.specs()) {
      for (FewShotSample draw : draws) {
        String run =
            data.name()
                + "/"
                + spec.folder(spec.method().apply(draw.task()))
                + (shotsInPath ? "/shots" + draw.shots() : "")
                + "/seed"
                + draw.seed();
        trials.add(new Trial(spec, draw, targets, run));
      }
    }
    return trials;
  }
}
