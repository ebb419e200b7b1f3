package org.kgcoop.trial;

import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.tensor.Engine;

/**
 * Parameters of a comparison that do not depend on the protocol.
 *
 * @param specs the methods, in the order of the table
 * @param shots the numbers of training images per class, or {@link org.kgcoop.data.FewShot#ALL}
 * @param seeds the seeds of the few-shot samples, the initial values and the order of the images
 * @param jobs the number of parallel runs; more than one requires an engine with one thread
 */
public record ExperimentPlan(
    List<MethodSpec> specs, List<Integer> shots, List<Long> seeds, int jobs) {
  public ExperimentPlan {
    specs = List.copyOf(specs);
    shots = List.copyOf(shots);
    seeds = List.copyOf(seeds);
    if (specs.isEmpty() || shots.isEmpty() || seeds.isEmpty() || jobs < 1) {
      throw KgCoopException.configuration(
          "expected at least one method, number of shots, seed and job");
    }
    if (jobs > 1 && Engine.threads() > 1) {
      throw new IllegalArgumentException(
          jobs + " jobs: expected an engine of one thread, got " + Engine.threads());
    }
  }
}
