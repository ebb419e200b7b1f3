package org.kgcoop.serve.label;

import java.util.List;
import java.util.function.Consumer;
import org.kgcoop.label.Labeling;

/** Writes the results of a labeling session. */
@FunctionalInterface
public interface ResultsWriter {
  /**
   * Writes the results.
   *
   * @param isLast true if the session ends now
   * @param progress receives what is being done, in a few words
   * @return one line per result, with its path
   */
  List<String> write(Labeling labeling, boolean isLast, Consumer<String> progress);
}
