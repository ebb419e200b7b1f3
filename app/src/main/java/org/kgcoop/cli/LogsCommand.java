package org.kgcoop.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.kgcoop.KgCoopException;
import org.kgcoop.eval.Metrics;
import org.kgcoop.eval.ReferenceLog;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Results of the published code. */
@Command(
    name = "logs",
    mixinStandardHelpOptions = true,
    header = "Summarise the log.txt files of the published code.",
    description = {
      "",
      "Read the final results in the log.txt files below a folder, EXPERIMENT/seed1/log.txt, and"
          + " print mean, population standard deviation and 95 %% interval (1.96 std / sqrt(n)) of"
          + " each experiment over its seeds.",
      ""
    },
    footer = {"", "Example:", "  ./kgcoop logs output/base2new/test_new/oxford_pets"})
final class LogsCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "DIR", description = "A folder of the published code.")
  private Path folder;

  @Mixin private Output output = new Output();

  @SuppressWarnings("NullAway.Init") // picocli sets the folder
  LogsCommand() {}

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
    unfinished.forEach(file -> output.warn(file + ": no final result (left out)"));
    if (rows.isEmpty()) {
      throw KgCoopException.data(
          folder + ": no log.txt with a final result below it; expected EXPERIMENT/seed1/log.txt");
    }
    if (output.isJson()) {
      output.json(JsonNodeFactory.instance.objectNode().set("experiments", json(rows)));
    } else {
      output.line(table(rows));
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
    return AsciiTable.builder()
        .border(AsciiTable.NO_BORDERS)
        .data(
            rows,
            List.of(
                column("experiment", HorizontalAlign.LEFT, Row::experiment),
                column("metric", HorizontalAlign.LEFT, Row::metric),
                column("seeds", HorizontalAlign.RIGHT, row -> "" + row.values().size()),
                column("mean", HorizontalAlign.RIGHT, row -> number(row.spread().mean())),
                column(
                    "std", HorizontalAlign.RIGHT, row -> number(row.spread().standardDeviation())),
                column(
                    "95 %",
                    HorizontalAlign.RIGHT,
                    row -> "+- " + number(Metrics.interval95(row.values())))))
        .asString();
  }

  private static com.github.freva.asciitable.ColumnData<Row> column(
      String header, HorizontalAlign align, Function<Row, String> value) {
    return new Column().header(header).headerAlign(align).dataAlign(align).with(value);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
