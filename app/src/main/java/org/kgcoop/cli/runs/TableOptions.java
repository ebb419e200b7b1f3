package org.kgcoop.cli.runs;

import java.util.Locale;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.eval.Bootstrap;
import org.kgcoop.tables.TableWriter;
import picocli.CommandLine.Option;

/** The format of tables of stored runs, and the number of resamples. */
final class TableOptions {
  @Option(
      names = "--format",
      paramLabel = "NAME",
      defaultValue = "text",
      description = "text, markdown, latex or csv (default: ${DEFAULT-VALUE}); --json for JSON.")
  private String format = "text";

  @Option(
      names = "--resamples",
      paramLabel = "N",
      defaultValue = "" + Bootstrap.RESAMPLES,
      description = "Number of resamples of the bootstrap (default: ${DEFAULT-VALUE}).")
  private int resamples = Bootstrap.RESAMPLES;

  @Option(
      names = "--bootstrap-seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of the bootstrap (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  Bootstrap bootstrap() {
    if (resamples < 1) {
      throw KgCoopException.configuration("--resamples: expected at least 1, got " + resamples);
    }
    parsed(); // refused before anything is computed
    return new Bootstrap(resamples, seed);
  }

  boolean isText() {
    return parsed() == TableWriter.Format.TEXT;
  }

  void print(TableWriter table, Output output) {
    if (output.isJson()) {
      output.json(table.json());
    } else {
      output.text(table.write(parsed()));
    }
  }

  private TableWriter.Format parsed() {
    return switch (format.toLowerCase(Locale.ROOT)) {
      case "text" -> TableWriter.Format.TEXT;
      case "markdown", "md" -> TableWriter.Format.MARKDOWN;
      case "latex", "tex" -> TableWriter.Format.LATEX;
      case "csv" -> TableWriter.Format.CSV;
      default ->
          throw KgCoopException.configuration(
              "--format " + format + ": expected text, markdown, latex or csv");
    };
  }
}
