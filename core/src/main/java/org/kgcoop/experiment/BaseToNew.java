package org.kgcoop.experiment;

import java.util.List;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;

/**
 * Base-to-new generalization: learn from a few images of the first half of the classes, measure on
 * the test images of that half among its names, and on those of the other half among theirs. H is
 * the harmonic mean of the two accuracies.
 */
public record BaseToNew(List<DataSet> dataSets) implements Protocol {
  private static final String BASE = "base";
  private static final String NEW = "new";

  public BaseToNew {
    dataSets = List.copyOf(dataSets);
  }

  @Override
  public String id() {
    return "base2new";
  }

  @Override
  public List<Trial> trials(ExperimentPlan plan) {
    return dataSets.stream()
        .flatMap(
            data -> {
              List<EvaluationSet> targets =
                  List.of(
                      new EvaluationSet(BASE, data, ClassSplit.BASE),
                      new EvaluationSet(NEW, data, ClassSplit.NEW));
              return Protocol.trials(plan, data, ClassSplit.BASE, targets, false).stream();
            })
        .toList();
  }

  @Override
  public List<Column> columns(ExperimentPlan plan) {
    return List.of(named(BASE), named(NEW));
  }

  private static Column named(String name) {
    return new Column(name, (cell, target) -> target.name().equals(name));
  }

  @Override
  public boolean perSet() {
    return true;
  }
}
