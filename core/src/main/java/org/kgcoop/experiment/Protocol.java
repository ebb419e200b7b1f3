package org.kgcoop.experiment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Stream;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.runs.Measure;
import org.kgcoop.runs.Measurement;
import org.kgcoop.runs.TargetResult;

/** Protocol of a table: training data, evaluation sets and columns. */
public interface Protocol {

  /** Returns the name of its command, such as {@code base2new}. */
  String id();

  /** Returns all data sets of the protocol. */
  List<DataSet> dataSets();

  /** Returns all trials, grouped by data set. */
  List<Trial> trials(ExperimentPlan plan);

  /** Returns the columns of the table. */
  List<Column> columns(ExperimentPlan plan);

  /** Returns true if the table has separate rows for each data set. */
  boolean perSet();

  /**
   * Column of a table: the mean over seeds of the mean of some values of the runs, or the harmonic
   * mean of two other columns.
   *
   * @param name the name in the results
   * @param header the name in printed tables
   * @param isPercent true for accuracies; other values are printed with four decimals
   * @param isShown true if the table contains the column by default
   * @param values a function that returns the values of a run
   * @param harmonicMeanOf the names of the other columns; empty for a mean of values
   */
  record Column(
      String name,
      String header,
      boolean isPercent,
      boolean isShown,
      Function<Measurement, List<Double>> values,
      List<String> harmonicMeanOf) {

    /**
     * Returns a column with the mean of accuracies.
     *
     * @param takes a condition that selects evaluation sets of runs
     */
    static Column accuracy(
        String name, String header, BiPredicate<Measurement, TargetResult> takes) {
      return new Column(
          name,
          header,
          true,
          true,
          run ->
              run.results().targets().stream()
                  .filter(target -> takes.test(run, target))
                  .map(TargetResult::accuracy)
                  .toList(),
          List.of());
    }

    /** Returns a column with the harmonic mean of two columns. */
    static Column harmonicMean(String name, String header, String one, String other) {
      return new Column(name, header, true, true, run -> List.of(), List.of(one, other));
    }

    /** Returns a column with the mean of a measure. */
    static Column of(Measure measure) {
      return of(measure, measure.id(), measure.header(), (run, target) -> true);
    }

    /** Returns a column with the mean of a measure over selected evaluation sets. */
    static Column of(
        Measure measure, String name, String header, BiPredicate<Measurement, TargetResult> takes) {
      return new Column(
          name,
          header,
          measure.isPercent(),
          false,
          run -> run.results().values(measure, target -> takes.test(run, target)),
          List.of());
    }

    /** Returns this column, shown by default. */
    Column shown() {
      return new Column(name, header, isPercent, true, values, harmonicMeanOf);
    }
  }

  /** Returns columns for all measures of a group of evaluation sets. */
  static Stream<Column> measures(
      String name, String header, BiPredicate<Measurement, TargetResult> takes) {
    return Arrays.stream(Measure.values())
        .filter(measure -> !measure.isJoint())
        .map(
            measure ->
                Column.of(measure, measure.id(name), measure.header() + ", " + header, takes));
  }

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
      Function<MethodSpec, List<EvaluationSet>> targets,
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
        trials.add(new Trial(spec, draw, targets.apply(spec), run));
      }
    }
    return trials;
  }
}
