package org.kgcoop.cluster.experiments;

import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.cli.ProtocolArguments;
import org.kgcoop.cli.experiment.OpenProtocol;
import org.kgcoop.cluster.session.NativeMemory;

/**
 * The grids that are open in this process: one model, one feature cache and one listing of the
 * data, however many tasks use them. Those of an executor live as long as it does.
 */
public final class SharedProtocols {
  private static final Map<List<String>, OpenProtocol> OPEN = new HashMap<>();

  private SharedProtocols() {}

  /**
   * The grid of a command line, opened when the first asks.
   *
   * @param words which mean the same in every process
   */
  public static OpenProtocol of(List<String> words, PrintWriter out, PrintWriter err) {
    synchronized (OPEN) {
      OpenProtocol grid = OPEN.get(words);
      if (grid == null) {
        grid = opened(words, out, err);
        OPEN.put(List.copyOf(words), grid);
      }
      return grid;
    }
  }

  @SuppressWarnings("MustBeClosed") // it lives on; close() ends it
  private static OpenProtocol opened(List<String> words, PrintWriter out, PrintWriter err) {
    NativeMemory.leaveToCluster();
    return ProtocolArguments.parse(words, out, err).open();
  }

  /** Closes one; no task of it may be under way. */
  public static void close(List<String> words) {
    synchronized (OPEN) {
      @Nullable OpenProtocol grid = OPEN.remove(words);
      if (grid != null) {
        grid.close();
      }
    }
  }
}
