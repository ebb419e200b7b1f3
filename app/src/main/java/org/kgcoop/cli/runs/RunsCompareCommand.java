package org.kgcoop.cli.runs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.kgcoop.cli.console.Output;
import org.kgcoop.tables.RunTable;
import org.kgcoop.tables.StoredRun;
import org.kgcoop.tables.TableWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The command {@code runs compare}, which compares single runs. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    header = "Compare runs with the first one: settings, results, significant differences.",
    description = {
      "",
      "Print the settings that differ, the results, and the differences from the first run with"
          + " their 95 %% bootstrap intervals. A * marks significant differences, whose interval"
          + " excludes 0.",
      ""
    },
    footer = {"", "Example:", "  ./kgcoop runs compare runs/pets-coop runs/pets-kgcoop"})
final class RunsCompareCommand implements Callable<Integer> {
  @Parameters(
      arity = "2..*",
      paramLabel = "RUN",
      description = "Two or more run folders, or their paths inside --runs.")
  private List<Path> named = new ArrayList<>();

  @Mixin private RunsOptions runs = new RunsOptions();
  @Mixin private TableOptions tables = new TableOptions();
  @Mixin private Output output = TableOptions.output();

  @Override
  public Integer call() {
    List<StoredRun> chosen =
        named.stream()
            .map(
                path -> {
                  runs.runFolder(path);
                  return runs.run(path);
                })
            .toList();
    RunTable table = RunTable.ofEach(chosen, tables.bootstrap(), output::warn);
    if (output.format() == Output.Format.TEXT) {
      differences(chosen);
    }
    tables.print(new TableWriter(table, table.rows().get(0), true), output);
    return 0;
  }

  private void differences(List<StoredRun> chosen) {
    TreeSet<String> keys = new TreeSet<>();
    chosen.forEach(run -> keys.addAll(run.settings().keySet()));
    for (String key : keys) {
      List<String> values =
          chosen.stream().map(run -> run.settings().getOrDefault(key, "-")).toList();
      if (values.stream().distinct().count() > 1) {
        output.print(key + ": " + String.join(" | ", values));
      }
    }
    output.print("");
  }
}
