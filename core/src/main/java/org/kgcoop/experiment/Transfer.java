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
 * Transfer between data sets. A method learns all classes of one data set. It is measured on the
 * test images of this data set and of others, each with their own class names. The table has one
 * column per data set, and the average of the other data sets.
 *
 * @param id {@code cross} if the other data sets show other objects, {@code domain} if they show
 *     the same objects in another way
 * @param source the data set to learn from
 * @param others the other data sets; a method with fixed classes requires that the source contains
 *     all their classes
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
    return Protocol.trials(plan, source, ClassSplit.ALL, spec -> targets, false);
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
