package org.kgcoop.cli.runs;

import static org.kgcoop.cli.console.TextTable.left;
import static org.kgcoop.cli.console.TextTable.number;
import static org.kgcoop.cli.console.TextTable.right;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.console.TextTable;
import org.kgcoop.eval.Metrics;
import org.kgcoop.eval.ReferenceLog;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The command {@code logs}, which reads results of the published code. */
@Command(
    name = "logs",
    mixinStandardHelpOptions = true,
    header = "Summarize the log.txt files of the published code.",
    description = {
      "",
      "Read the final results in all files EXPERIMENT/seedN/log.txt inside a folder. For each"
          + " experiment, print the mean over seeds, the population standard deviation and the 95"
          + " %% interval (mean ± 1.96 std / sqrt(seeds)). Metrics have the units of the files.",
      ""
    },
    footer = {"", "Example:", "  ./kgcoop logs output/base2new/test_new/oxford_pets"})
public final class LogsCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "DIR",
      description = "The output folder of the published code, or a folder inside of it.")
  private Path folder;

  @Mixin private Output output = new Output();

  /** A metric of an experiment. */
  private record Row(String experiment, String metric, List<Double> values) {
    Metrics.Spread spread() {
      return Metrics.spread(values);
    }
  }

  @Override
  public Integer call() {
    List<Path> unfinished = new ArrayList<>();
    List<Row> rows = new ArrayList<>();
    for (ReferenceLog.Experiment experiment : ReferenceLog.below(folder, unfinished)) {
      String name = folder.toAbsolutePath().relativize(experiment.folder()).toString();
      experiment
          .values()
          .forEach(
              (metric, values) -> rows.add(new Row(name.isEmpty() ? "." : name, metric, values)));
    }
    unfinished.forEach(file -> output.warn(file + ": no final result; this file is skipped"));
    if (rows.isEmpty()) {
      throw KgCoopException.data(
          folder + ": contains no log.txt with a final result; expected EXPERIMENT/seed1/log.txt");
    }
    if (output.isJson()) {
      output.json(JsonNodeFactory.instance.objectNode().set("experiments", json(rows)));
    } else {
      output.text(table(rows));
    }
    return 0;
  }

  private static ArrayNode json(List<Row> rows) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (Row row : rows) {
      ObjectNode json =
          array
              .addObject()
              .put("experiment", row.experiment())
              .put("metric", row.metric())
              .put("mean", row.spread().mean())
              .put("std", row.spread().standardDeviation())
              .put("interval95", Metrics.interval95(row.values()));
      row.values().forEach(json.putArray("values")::add);
    }
    return array;
  }

  private static String table(List<Row> rows) {
    return TextTable.of(
        rows,
        List.of(
            left("experiment", Row::experiment),
            left("metric", Row::metric),
            right("seeds", row -> "" + row.values().size()),
            right("mean", row -> number(row.spread().mean())),
            right("std", row -> number(row.spread().standardDeviation())),
            right("95 %", row -> "± " + number(Metrics.interval95(row.values())))));
  }
}
