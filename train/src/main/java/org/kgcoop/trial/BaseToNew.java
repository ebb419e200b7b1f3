package org.kgcoop.trial;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.method.Method;
import org.kgcoop.runs.ProtocolKind;

/**
 * Base-to-new generalization. A method learns from a few images of the first half of the classes.
 * It is measured on the test images of this half with its class names, and on the test images of
 * the other half with the other class names. H is the harmonic mean of the two accuracies.
 *
 * @param acceptsClosed true to measure methods with fixed classes only on the first half; otherwise
 *     they are refused
 */
public record BaseToNew(List<DataSet> dataSets, boolean acceptsClosed) implements Protocol {
  public BaseToNew {
    dataSets = List.copyOf(dataSets);
  }

  /** Creates the protocol for methods that accept new classes. */
  public BaseToNew(List<DataSet> dataSets) {
    this(dataSets, false);
  }

  @Override
  public String id() {
    return ProtocolKind.BASE_TO_NEW.id();
  }

  @Override
  public List<Trial> trials(ExperimentPlan plan) {
    List<Trial> trials = new ArrayList<>();
    for (DataSet data : dataSets) {
      EvaluationSet base = new EvaluationSet("base", data, ClassSplit.BASE);
      EvaluationSet unseen = new EvaluationSet("new", data, ClassSplit.NEW);
      Function<Method, List<EvaluationSet>> targets =
          method ->
              acceptsClosed && method.closedClassReason().isPresent()
                  ? List.of(base)
                  : List.of(base, unseen);
      trials.addAll(Protocol.trials(plan, data, ClassSplit.BASE, targets, false));
    }
    return trials;
  }
}
