package org.kgcoop.store;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.kgcoop.eval.Metrics;

/**
 * A run as its folder tells it.
 *
 * @param path its folder
 * @param name the same below the folder of all runs, with '/' between
 * @param state complete, or running: not ended, whether or not a process still writes it
 * @param protocol of the table it belongs to, else the command that made it; empty where neither is
 *     known
 * @param shots pictures a class; 0 for all
 * @param seed null where it depends on none
 * @param settings what decides its outcome, by names such as {@code method.weight}
 * @param msPerImage of training; NaN where nothing was trained
 * @param modified when its state last changed
 * @param targets what it was measured on
 * @param command the words of the command line that began it; empty where it is not known
 * @param directory where that command's paths start from; empty where it is not known
 */
public record StoredRun(
    Path path,
    String name,
    String state,
    String method,
    String dataSet,
    String protocol,
    int shots,
    @Nullable Long seed,
    Map<String, String> settings,
    double msPerImage,
    Instant modified,
    List<Target> targets,
    List<String> command,
    String directory) {

  /**
   * Counts on some pictures.
   *
   * @param name base, new, test, or the name of a data set
   * @param classes base, new or all
   */
  public record Target(String name, String dataSet, String classes, long correct, long total) {
    /** In percent. */
    public double accuracy() {
      return total == 0 ? Double.NaN : 100.0 * correct / total;
    }
  }

  public StoredRun {
    settings = Map.copyOf(settings);
    targets = List.copyOf(targets);
    command = List.copyOf(command);
  }

  public boolean isComplete() {
    return state.equals("complete");
  }

  /** The target of that name, or null. */
  public @Nullable Target target(String wanted) {
    return targets.stream().filter(t -> t.name().equals(wanted)).findFirst().orElse(null);
  }

  /** H of its base and new accuracies; NaN where it lacks one. */
  public double harmonicMean() {
    Target base = target("base");
    Target unseen = target("new");
    return base == null || unseen == null
        ? Double.NaN
        : Metrics.harmonicMean(base.accuracy(), unseen.accuracy());
  }

  /** Its settings in the order of their names. */
  public Map<String, String> sortedSettings() {
    return new TreeMap<>(settings);
  }

  StoredRun withProtocol(String of) {
    return new StoredRun(
        path,
        name,
        state,
        method,
        dataSet,
        of,
        shots,
        seed,
        settings,
        msPerImage,
        modified,
        targets,
        command,
        directory);
  }
}
