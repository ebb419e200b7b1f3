package org.kgcoop.adapt;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.kgcoop.experiment.ExperimentContext;
import org.kgcoop.runs.AdaptRecord;

/** The judgement of a choice by test images: what each candidate would have done on them. */
public final class Hindsight {
  private Hindsight() {}

  /**
   * Trains every method of the short list as an adaptation would have, and measures it on the test
   * images.
   *
   * @param record of the adaptation
   * @param work where runs are kept
   * @return accuracies by the name of the method
   */
  public static Map<String, AdaptRecord.Interval> of(
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
