package org.kgcoop.cli;

import org.kgcoop.KgCoopException;
import picocli.CommandLine.Option;

/** How few pictures. */
final class Shots {
  @Option(
      names = "--shots",
      paramLabel = "K",
      defaultValue = "16",
      description = "Training pictures a class (default: ${DEFAULT-VALUE}).")
  private int shots = 16;

  int value() {
    if (shots < 1) {
      throw KgCoopException.configuration("--shots: expected at least 1, got " + shots);
    }
    return shots;
  }
}
