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
 * Base-to-new generalization. A method learns from a few images of the first half of the classes.
 * It is measured on the test images of this half with its class names, and on the test images of
 * the other half with the other class names. H is the harmonic mean of the two accuracies.
 *
 * @param acceptsClosed true to measure methods with fixed classes only on the first half; otherwise
 *     they are refused
 */
public record BaseToNew(List<DataSet> dataSets, boolean acceptsClosed) implements Protocol {
  private static final String BASE = "base";
  private static final String NEW = "new";

  public BaseToNew {
    dataSets = List.copyOf(dataSets);
  }

  /** Creates the protocol for methods that accept new classes. */
  public BaseToNew(List<DataSet> dataSets) {
    this(dataSets, false);
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
              EvaluationSet base = new EvaluationSet(BASE, data, ClassSplit.BASE);
              EvaluationSet unseen = new EvaluationSet(NEW, data, ClassSplit.NEW);
              return Protocol.trials(
                  plan,
                  data,
                  ClassSplit.BASE,
                  spec -> acceptsClosed && spec.isClosed() ? List.of(base) : List.of(base, unseen),
                  false)
                  .stream();
            })
        .toList();
  }

  @Override
  public List<Column> columns(ExperimentPlan plan) {
    List<Column> columns = new ArrayList<>();
    for (String half : List.of(BASE, NEW)) {
      columns.add(Column.accuracy(half, half, named(half)));
    }
    columns.add(Column.harmonicMean("H", "H", BASE, NEW));
    for (Measure measure : Measure.values()) {
      columns.add(
          switch (measure) {
            case JOINT_H ->
                Column.harmonicMean(
                    measure.id(),
                    measure.header(),
                    Measure.JOINT_BASE.id(),
                    Measure.JOINT_NEW.id());
            case ECE -> Column.of(measure).shown();
            default -> Column.of(measure);
          });
    }
    for (String half : List.of(BASE, NEW)) {
      columns.addAll(Protocol.measures(half, half, named(half)).toList());
    }
    return columns;
  }

  private static BiPredicate<Measurement, TargetResult> named(String name) {
    return (run, target) -> target.name().equals(name);
  }

  @Override
  public boolean perSet() {
    return true;
  }
}
