package org.kgcoop.experiment;

import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.tensor.Engine;

/**
 * The parts of a comparison, whatever the protocol.
 *
 * @param specs in the order of the table
 * @param shots training images a class, or {@link org.kgcoop.data.FewShot#ALL}
 * @param seeds of the draws, the starts and the orders
 * @param jobs runs at a time; more than one expects an engine set to one thread
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
