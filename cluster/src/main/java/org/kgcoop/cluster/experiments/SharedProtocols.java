package org.kgcoop.cluster.experiments;

import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.cli.ProtocolArguments;
import org.kgcoop.cli.experiment.ExperimentSession;

/**
 * The open experiments of this process. All tasks of an experiment share one model, one feature
 * cache and one listing of the data. On an executor they stay open until the process ends.
 */
public final class SharedProtocols {
  private static final Map<List<String>, ExperimentSession> OPEN = new HashMap<>();

  private SharedProtocols() {}

  /**
   * Returns the experiment of a command line. The first call opens it.
   *
   * @param words a command line with the same meaning in every process
   */
  public static ExperimentSession of(List<String> words, PrintWriter out, PrintWriter err) {
    synchronized (OPEN) {
      ExperimentSession experiments = OPEN.get(words);
      if (experiments == null) {
        experiments = opened(words, out, err);
        OPEN.put(List.copyOf(words), experiments);
      }
      return experiments;
    }
  }

  @SuppressWarnings("MustBeClosed") // stays open until close()
  private static ExperimentSession opened(List<String> words, PrintWriter out, PrintWriter err) {
    return ProtocolArguments.parse(words, out, err).open();
  }

  /** Closes an experiment. None of its tasks may be running. */
  public static void close(List<String> words) {
    synchronized (OPEN) {
      @Nullable ExperimentSession experiments = OPEN.remove(words);
      if (experiments != null) {
        experiments.close();
      }
    }
  }
}
