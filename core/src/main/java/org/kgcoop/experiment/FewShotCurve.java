package org.kgcoop.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.runs.Measure;
import org.kgcoop.runs.Measurement;
import org.kgcoop.runs.TargetResult;

/**
 * Few-shot classification. A method learns all classes from several numbers of images per class,
 * and is measured on the test images. The table has one column per number of shots.
 */
public record FewShotCurve(List<DataSet> dataSets) implements Protocol {
  public FewShotCurve {
    dataSets = List.copyOf(dataSets);
  }

  @Override
  public String id() {
    return "fewshot";
  }

  @Override
  public List<Trial> trials(ExperimentPlan plan) {
    return dataSets.stream()
        .flatMap(
            data -> {
              List<EvaluationSet> targets =
                  List.of(new EvaluationSet("test", data, ClassSplit.ALL));
              return Protocol.trials(plan, data, ClassSplit.ALL, spec -> targets, true).stream();
            })
        .toList();
  }

  @Override
  public List<Column> columns(ExperimentPlan plan) {
    List<Column> columns = new ArrayList<>();
    for (int shots : plan.shots()) {
      columns.add(Column.accuracy(String.valueOf(shots), header(shots), with(shots)));
    }
    columns.add(Column.of(Measure.DISTANCE));
    for (int shots : plan.shots()) {
      columns.addAll(Protocol.measures(String.valueOf(shots), header(shots), with(shots)).toList());
    }
    return columns;
  }

  private static String header(int shots) {
    return shots + (shots == 1 ? " shot" : " shots");
  }

  private static BiPredicate<Measurement, TargetResult> with(int shots) {
    return (run, target) -> run.sample().shots() == shots;
  }

  @Override
  public boolean perSet() {
    return true;
  }
}
