package org.kgcoop.cli.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.console.ShellWords;
import org.kgcoop.cli.console.TextTable;
import org.kgcoop.store.RunReader;
import org.kgcoop.store.StoredRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** All of one run. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    header = "Show one run: its settings, command, results and nearest words.",
    footer = {"", "Example:", "  ./kgcoop runs show runs/table/objects/kgcoop/seed1"})
public final class RunsShowCommand implements Callable<Integer> {
  @Parameters(paramLabel = "RUN", description = "A run folder, or its name below --runs.")
  private Path run;

  @Mixin private RunsOptions runs = new RunsOptions();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    Path folder = runs.runFolder(run);
    JsonNode results = RunReader.results(folder);
    if (output.isJson()) {
      ObjectNode json = JsonNodeFactory.instance.objectNode().put("path", folder.toString());
      json.set("run", RunReader.settings(folder));
      json.set("results", results.isMissingNode() ? JsonNodeFactory.instance.nullNode() : results);
      output.json(json);
      return 0;
    }
    StoredRun stored = runs.run(folder);
    output.line(folder + ": " + RunsList.state(stored));
    stored.sortedSettings().forEach((key, value) -> output.line("  " + key + ": " + value));
    if (!stored.command().isEmpty()) {
      output.line("made by:");
      output.line("  kgcoop " + ShellWords.join(stored.command()));
      output.line("  in " + stored.directory());
    }
    for (StoredRun.Target target : stored.targets()) {
      output.line(
          "%s (%s, %s classes): %s %%, %s of %s"
              .formatted(
                  target.name(),
                  target.dataSet(),
                  target.classes(),
                  TextTable.number(target.accuracy()),
                  target.correct(),
                  target.total()));
    }
    if (!Double.isNaN(stored.harmonicMean())) {
      output.line("H: " + TextTable.number(stored.harmonicMean()));
    }
    if (!Double.isNaN(stored.msPerImage())) {
      output.line("training: " + TextTable.number(stored.msPerImage()) + " ms an image");
    }
    int vector = 1;
    for (JsonNode words : results.path("nearest_words")) {
      List<String> texts = new ArrayList<>();
      words.forEach(word -> texts.add(word.asText()));
      output.line("vector " + vector++ + ": " + String.join(", ", texts));
    }
    return 0;
  }
}
