package org.kgcoop.cli.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.kgcoop.Messages;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.console.TextTable;
import org.kgcoop.files.Json;
import org.kgcoop.runs.Metric;
import org.kgcoop.runs.TargetResult;
import org.kgcoop.runs.TargetResult.EvaluatedSet;
import org.kgcoop.tables.StoredRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The command {@code runs show}, which prints the details of a run. */
@Command(
    name = "show",
    header = "Show the settings, CLIP, command, results and nearest words of a run.",
    footer = "  ./kgcoop runs show runs/table/objects/kgcoop/seed1")
final class RunsShowCommand implements Callable<Integer> {
  @Parameters(paramLabel = "RUN", description = "A run folder, or its path inside --runs.")
  private Path run;

  @Mixin private RunsOptions runs = new RunsOptions();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    Path folder = runs.runFolder(run);
    if (output.isJson()) {
      ObjectNode json = JsonNodeFactory.instance.objectNode().put("path", folder.toString());
      for (String part : List.of("run", "results", "predictions")) {
        JsonNode content = Json.read(folder.resolve(part + ".json"));
        json.set(part, content.isMissingNode() ? JsonNodeFactory.instance.nullNode() : content);
      }
      output.json(json);
      return 0;
    }
    StoredRun stored = StoredRun.read(folder, run.toString());
    output.print(folder + ": " + stored.state());
    stored.settings().forEach((key, value) -> output.print("  " + key + ": " + value));
    if (!stored.clip().isEmpty()) {
      output.print("CLIP: " + stored.clip());
    }
    if (!stored.command().isEmpty()) {
      output.print("command:");
      output.print("  kgcoop " + Messages.shell(stored.command()));
      output.print("  in " + stored.directory());
    }
    for (TargetResult target : stored.targets()) {
      EvaluatedSet set = target.set();
      String accuracy = TextTable.number(target.accuracy());
      output.printf(
          "%s (%s, %s classes): %s %%, %s of %s",
          target.name(), set.dataSet(), set.classes(), accuracy, target.correct(), target.total());
    }
    print(stored, "H", "H", true);
    for (Metric metric : Metric.values()) {
      print(stored, metric.header(), metric.id(), metric.isPercent());
    }
    if (!Double.isNaN(stored.msPerImage())) {
      output.print("training: " + TextTable.number(stored.msPerImage()) + " ms per image");
    }
    int vector = 1;
    for (List<String> words : stored.results().nearestWords()) {
      output.print("vector " + vector++ + ": " + String.join(", ", words));
    }
    return 0;
  }

  private void print(StoredRun run, String header, String column, boolean isPercent) {
    double value = run.value(column);
    if (!Double.isNaN(value)) {
      output.print(header + ": " + TextTable.number(isPercent ? "%.2f" : "%.4f", value));
    }
  }
}
