package org.kgcoop.cli.runs;

import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.eval.Bootstrap;
import org.kgcoop.tables.TableWriter;
import picocli.CommandLine.Option;

/** The options for the format of tables of stored runs, and for the number of resamples. */
final class TableOptions {
  @Option(
      names = "--resamples",
      paramLabel = "N",
      defaultValue = "" + Bootstrap.RESAMPLES,
      description =
          "Set the number of resamples for the bootstrap intervals (default: ${DEFAULT-VALUE}).")
  private int resamples = Bootstrap.RESAMPLES;

  @Option(
      names = "--bootstrap-seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Set the seed of the bootstrap (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  Bootstrap bootstrap() {
    if (resamples < 1) {
      throw KgCoopException.configuration("--resamples: expected at least 1, got " + resamples);
    }
    return new Bootstrap(resamples, seed);
  }

  /** Returns the output of commands that print tables. */
  static Output output() {
    return new Output(
        Output.Format.TEXT,
        Output.Format.MARKDOWN,
        Output.Format.LATEX,
        Output.Format.CSV,
        Output.Format.JSON);
  }

  void print(TableWriter table, Output output) {
    switch (output.format()) {
      case JSON -> output.json(table.json());
      case MARKDOWN -> output.text(table.write(TableWriter.Format.MARKDOWN));
      case LATEX -> output.text(table.write(TableWriter.Format.LATEX));
      case CSV -> output.text(table.write(TableWriter.Format.CSV));
      default -> output.text(table.write(TableWriter.Format.TEXT));
    }
  }
}
