package org.kgcoop.experiment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.runs.Measure;
import org.kgcoop.runs.Measurement;
import org.kgcoop.runs.TargetResult;

/**
 * Learn from all classes of one data set, measure on its test images and on those of others, each
 * among the class names of its own. A column for the source, for each other, and the average of the
 * others.
 *
 * @param id {@code cross} where the others show other things, {@code domain} where they show the
 *     same things otherwise
 * @param others any classes; a method that knows only those it learned needs them among the
 *     source's
 */
public record Transfer(String id, DataSet source, List<DataSet> others) implements Protocol {
  private static final String AVERAGE = "average";

  public Transfer {
    others = List.copyOf(others);
    if (others.isEmpty()) {
      throw KgCoopException.configuration(
          id + ": expected a data set to test on beside " + source.name());
    }
    if (dataSets(source, others).stream().anyMatch(data -> data.name().equals(AVERAGE))) {
      throw KgCoopException.configuration(
          id + ": a data set is called " + AVERAGE + ", as a column is: rename it");
    }
  }

  @Override
  public List<DataSet> dataSets() {
    return dataSets(source, others);
  }

  private static List<DataSet> dataSets(DataSet source, List<DataSet> others) {
    return Stream.concat(Stream.of(source), others.stream()).toList();
  }

  @Override
  public List<Trial> trials(ExperimentPlan plan) {
    List<EvaluationSet> targets =
        dataSets().stream()
            .map(data -> new EvaluationSet(data.name(), data, ClassSplit.ALL))
            .toList();
    return Protocol.trials(plan, source, ClassSplit.ALL, targets, false);
  }

  @Override
  public List<Column> columns(ExperimentPlan plan) {
    Map<String, BiPredicate<Measurement, TargetResult>> groups = new LinkedHashMap<>();
    for (DataSet data : dataSets()) {
      groups.put(data.name(), (run, target) -> target.name().equals(data.name()));
    }
    groups.put(AVERAGE, (run, target) -> !target.name().equals(source.name()));
    List<Column> columns = new ArrayList<>();
    groups.forEach((name, takes) -> columns.add(Column.accuracy(name, name, takes)));
    columns.add(Column.of(Measure.DISTANCE));
    groups.forEach((name, takes) -> columns.addAll(Protocol.measures(name, name, takes).toList()));
    return columns;
  }

  @Override
  public boolean perSet() {
    return false;
  }
}
