package org.kgcoop.experiment;

import java.util.List;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;

/**
 * Few-shot classification: learn from several numbers of images a class, of all classes, and
 * measure on the test images of these. A column for each number of shots.
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
              return Protocol.trials(plan, data, ClassSplit.ALL, targets, true).stream();
            })
        .toList();
  }

  @Override
  public List<Column> columns(ExperimentPlan plan) {
    return plan.shots().stream()
        .map(
            shots ->
                new Column(
                    String.valueOf(shots),
                    shots + (shots == 1 ? " shot" : " shots"),
                    (cell, target) -> cell.shots() == shots))
        .toList();
  }

  @Override
  public boolean perSet() {
    return true;
  }
}
