package org.kgcoop.tables;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.runs.Predictions;

/**
 * The correct predictions of several runs, with the images in the same order for all runs. The
 * common order makes paired comparisons possible. The first run that names the images of an
 * evaluation set defines the order.
 */
final class Outcomes {
  private final Map<String, List<String>> images = new HashMap<>();
  private final Map<StoredRun, Map<String, int[]>> correct = new HashMap<>();

  /** Reads the results of runs on one data set. */
  Outcomes(List<StoredRun> runs) {
    for (StoredRun run : runs) {
      Map<String, int[]> outcome = new HashMap<>();
      for (Predictions.OfTarget target : Predictions.read(run.path()).targets()) {
        int[] ordered = ordered(target);
        if (ordered != null) {
          outcome.put(target.name(), ordered);
        }
      }
      correct.put(run, outcome);
    }
  }

  /**
   * Returns 1 for each correctly classified image and 0 for each other image: (runs, images).
   * Returns null if there are no runs, if the results of a run do not name their images, or if they
   * name other images than the runs before.
   */
  int @Nullable [][] correct(Collection<StoredRun> runs, String target) {
    List<int[]> outcomes = new ArrayList<>();
    for (StoredRun run : runs) {
      int[] outcome = correct.getOrDefault(run, Map.of()).get(target);
      if (outcome == null) {
        return null;
      }
      outcomes.add(outcome);
    }
    return outcomes.isEmpty() ? null : outcomes.toArray(int[][]::new);
  }

  private int @Nullable [] ordered(Predictions.OfTarget target) {
    List<String> names = target.images();
    int count = names.size();
    if (count == 0 || target.labels().size() != count || target.predictions().size() != count) {
      return null;
    }
    List<String> reference = images.computeIfAbsent(target.name(), name -> names);
    int[] own =
        IntStream.range(0, count)
            .map(i -> target.labels().get(i).equals(target.predictions().get(i)) ? 1 : 0)
            .toArray();
    return names.equals(reference) ? own : reordered(own, names, reference);
  }

  private static int @Nullable [] reordered(int[] own, List<String> names, List<String> reference) {
    Map<String, Integer> correct = new HashMap<>();
    for (int i = 0; i < own.length; i++) {
      correct.put(names.get(i), own[i]);
    }
    boolean hasSameImages =
        reference.size() == own.length && correct.keySet().equals(Set.copyOf(reference));
    return hasSameImages && correct.size() == own.length
        ? reference.stream().mapToInt(name -> correct.getOrDefault(name, 0)).toArray()
        : null;
  }
}
