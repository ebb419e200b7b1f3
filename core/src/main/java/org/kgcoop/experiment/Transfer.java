package org.kgcoop.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;

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
    List<Column> columns = new ArrayList<>();
    for (DataSet data : dataSets()) {
      columns.add(new Column(data.name(), (cell, target) -> target.name().equals(data.name())));
    }
    columns.add(new Column(AVERAGE, (cell, target) -> !target.name().equals(source.name())));
    return columns;
  }

  @Override
  public boolean perSet() {
    return false;
  }
}
