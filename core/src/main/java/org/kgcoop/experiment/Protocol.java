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

/** A rule for a table: data to train on, data to measure on, and columns. */
public interface Protocol {

  /** The name of its command, such as {@code base2new}. */
  String id();

  /** All that have a part in it. */
  List<DataSet> dataSets();

  /** All trials, those of a data set behind each other. */
  List<Trial> trials(ExperimentPlan plan);

  /** The figures of a row. */
  List<Column> columns(ExperimentPlan plan);

  /** True if rows for each data set say more than rows over all. */
  boolean perSet();

  /**
   * A figure of a row: the mean over seeds of the mean of some values of the runs, or the harmonic
   * mean of two other figures.
   *
   * @param name in the results
   * @param header for people
   * @param isPercent true for accuracies; other figures are printed with four decimals
   * @param isShown true if the table has it unless the user chooses columns
   * @param values of a run
   * @param harmonicMeanOf the names of the other figures; empty for a mean of values
   */
  record Column(
      String name,
      String header,
      boolean isPercent,
      boolean isShown,
      Function<Measurement, List<Double>> values,
      List<String> harmonicMeanOf) {

    /**
     * A mean of accuracies.
     *
     * @param takes which evaluation sets of which runs
     */
    static Column accuracy(
        String name, String header, BiPredicate<Measurement, TargetResult> takes) {
      return new Column(
          name,
          header,
          true,
          true,
          run ->
              run.targets().stream()
                  .filter(target -> takes.test(run, target))
                  .map(TargetResult::accuracy)
                  .toList(),
          List.of());
    }

    /** The harmonic mean of two figures. */
    static Column harmonicMean(String name, String header, String one, String other) {
      return new Column(name, header, true, true, run -> List.of(), List.of(one, other));
    }

    /** A mean of a measure. */
    static Column of(Measure measure) {
      return of(measure, measure.id(), measure.header(), (run, target) -> true);
    }

    /** A mean of a measure of the evaluation sets that an accuracy takes. */
    static Column of(
        Measure measure, String name, String header, BiPredicate<Measurement, TargetResult> takes) {
      return new Column(
          name,
          header,
          measure.isPercent(),
          false,
          run -> run.values(measure, target -> takes.test(run, target)),
          List.of());
    }

    /** The same, in the table unless the user chooses columns. */
    Column shown() {
      return new Column(name, header, isPercent, true, values, harmonicMeanOf);
    }
  }

  /** The measures of evaluation sets, for each of some groups of these. */
  static Stream<Column> measures(
      String name, String header, BiPredicate<Measurement, TargetResult> takes) {
    return Arrays.stream(Measure.values())
        .filter(measure -> !measure.isJoint())
        .map(
            measure ->
                Column.of(measure, measure.id(name), measure.header() + ", " + header, takes));
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
