package org.kgcoop.serve.label;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.kgcoop.label.Labeling;

/** Writes the results of a labeling session. */
public interface ResultsWriter {
  /**
   * What was written.
   *
   * @param lines one line per result, with its path
   * @param report the report, if there is one
   * @param next a command that uses the results, or an empty text
   */
  record Results(List<String> lines, Optional<Path> report, String next) {
    public Results {
      lines = List.copyOf(lines);
    }
  }

  /**
   * Writes the results.
   *
   * @param isLast true if the session ends now
   * @param progress receives what is being done, in a few words
   */
  Results write(Labeling labeling, boolean isLast, Consumer<String> progress);

  /** Ends the training of a classifier that {@link #write} has started. */
  void stop();

  /** Returns the time limit of the training in minutes. */
  double minutes();

  /** Returns what will happen to the images, as a sentence; empty if they are not sorted. */
  String sorting();
}
