package org.kgcoop.bench;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.kgcoop.adapt.AdaptRequest;
import org.kgcoop.adapt.Adaptation;
import org.kgcoop.experiment.ExperimentContext;
import org.kgcoop.runs.AdaptRecord;

/** Measures each candidate of an adaptation on the test images, to judge the choice. */
final class Hindsight {
  private Hindsight() {}

  /**
   * Trains every method of the short list as an adaptation would have, and measures it on the test
   * images.
   *
   * @param record of the adaptation
   * @param work where runs are kept
   * @return accuracies by the name of the method
   */
  static Map<String, AdaptRecord.Interval> of(
      ExperimentContext bench, AdaptRequest request, AdaptRecord record, Path work) {
    Map<String, AdaptRecord.Interval> found = new LinkedHashMap<>();
    for (AdaptRecord.Candidate candidate : record.candidates()) {
      if (candidate.isMeasured()) {
        found.put(
            candidate.method(),
            Adaptation.onTest(bench, request, record.plan(), candidate.method(), work));
      }
    }
    return found;
  }
}
