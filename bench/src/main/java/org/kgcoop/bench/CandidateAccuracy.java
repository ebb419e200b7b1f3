package org.kgcoop.bench;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.kgcoop.adapt.AdaptRequest;
import org.kgcoop.adapt.AdaptationRun;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.trial.ExperimentContext;

/**
 * Measures every candidate of an adaptation on the test images, to judge the choice of {@code
 * adapt}.
 */
final class CandidateAccuracy {
  private CandidateAccuracy() {}

  /**
   * Trains every candidate as {@code adapt} would, and measures it on the test images.
   *
   * @param record the record of the adaptation
   * @param work the folder for the runs
   * @return the accuracy of each method, by name
   */
  static Map<String, AdaptRecord.Accuracy> of(
      ExperimentContext context, AdaptRequest request, AdaptRecord record, Path work) {
    Map<String, AdaptRecord.Accuracy> found = new LinkedHashMap<>();
    for (AdaptRecord.Candidate candidate : record.candidates()) {
      if (candidate.isMeasured()) {
        found.put(
            candidate.method(),
            AdaptationRun.onTest(context, request, record.plan(), candidate.method(), work));
      }
    }
    return found;
  }
}
