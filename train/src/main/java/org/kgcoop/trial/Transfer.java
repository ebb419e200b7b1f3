package org.kgcoop.trial;

import java.util.List;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;

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
    return Protocol.trials(plan, source, ClassSplit.ALL, method -> targets, false);
  }
}
