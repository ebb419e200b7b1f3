package org.kgcoop.cluster.experiments;

import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.cli.ProtocolLine;
import org.kgcoop.cli.experiment.Grid;
import org.kgcoop.cluster.session.NativeMemory;

/**
 * The grids that are open in this process: one model, one bank and one listing of the data, however
 * many tasks use them. Those of an executor live as long as it does.
 */
public final class SharedGrids {
  private static final Map<List<String>, Grid> OPEN = new HashMap<>();

  private SharedGrids() {}

  /**
   * The grid of a command line, opened when the first asks.
   *
   * @param words which mean the same in every process
   */
  public static Grid of(List<String> words, PrintWriter out, PrintWriter err) {
    synchronized (OPEN) {
      Grid grid = OPEN.get(words);
      if (grid == null) {
        grid = opened(words, out, err);
        OPEN.put(List.copyOf(words), grid);
      }
      return grid;
    }
  }

  @SuppressWarnings("MustBeClosed") // it lives on; close() ends it
  private static Grid opened(List<String> words, PrintWriter out, PrintWriter err) {
    NativeMemory.leaveToCluster();
    return ProtocolLine.parse(words, out, err).open();
  }

  /** Closes one; no task of it may be under way. */
  public static void close(List<String> words) {
    synchronized (OPEN) {
      @Nullable Grid grid = OPEN.remove(words);
      if (grid != null) {
        grid.close();
      }
    }
  }
}
