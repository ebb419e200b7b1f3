package org.kgcoop.trial;

import java.util.ArrayList;
import java.util.List;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.runs.ProtocolKind;

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
    return ProtocolKind.FEW_SHOT.id();
  }

  @Override
  public List<Trial> trials(ExperimentPlan plan) {
    List<Trial> trials = new ArrayList<>();
    for (DataSet data : dataSets) {
      List<EvaluationSet> targets = List.of(new EvaluationSet("test", data, ClassSplit.ALL));
      trials.addAll(Protocol.trials(plan, data, ClassSplit.ALL, method -> targets, true));
    }
    return trials;
  }
}
