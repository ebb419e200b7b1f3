package org.kgcoop.cli.runs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.console.Output.Format;
import org.kgcoop.cli.options.ColumnOptions;
import org.kgcoop.eval.Bootstrap;
import org.kgcoop.tables.RunTable;
import org.kgcoop.tables.StoredRun;
import org.kgcoop.tables.TableWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code runs table}, which compares methods by their stored runs. */
@Command(
    name = "table",
    header = "Print a table of runs by method and setting, and mark significant differences.",
    description = {
      "Print a table of all complete runs in the folders. Each row averages over data sets and then"
          + " over seeds. The number after ± is the population standard deviation over seeds.",
      "The 95 %% intervals come from a bootstrap over images and seeds. Differences are computed"
          + " for rows with the same number of shots, on the same resamples. Without a correction for"
          + " multiple comparisons, about 1 in 20 differences without a cause is marked."
    },
    footer = {
      "  ./kgcoop runs table runs/table",
      "  ./kgcoop runs table runs/table --format markdown",
      "  ./kgcoop runs table runs/table --format latex --no-intervals"
    })
final class RunsTableCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..*",
      paramLabel = "FOLDER",
      description = "Folders that contain runs, such as --out of base2new (default: --runs).")
  private List<Path> folders = new ArrayList<>();

  @Option(names = "--per-set", description = "Print one table per data set as well.")
  private boolean perSet;

  @Option(
      names = "--no-intervals",
      description = "Print a table as in papers: no intervals, the best of each column marked.")
  private boolean plain;

  @Mixin private RunsOptions runs = new RunsOptions();
  @Mixin private RunsOptions.Filter filter = new RunsOptions.Filter();

  @Mixin private ColumnOptions columns = new ColumnOptions();

  @Mixin
  private Output output =
      new Output(Format.TEXT, Format.MARKDOWN, Format.LATEX, Format.CSV, Format.JSON);

  @Override
  public Integer call() {
    List<StoredRun> found = runs.below(folders, filter.filter(), output::warn);
    if (perSet) {
      TreeSet<String> dataSets = new TreeSet<>();
      found.stream().filter(StoredRun::isComplete).forEach(run -> dataSets.add(run.dataSet()));
      if (output.isJson()) {
        throw KgCoopException.configuration("--per-set with --json: use --set data.name=NAME");
      }
      for (String dataSet : dataSets) {
        output.print(dataSet);
        print(found.stream().filter(run -> run.dataSet().equals(dataSet)).toList());
        output.print("");
      }
      output.print("all data sets");
    }
    print(found);
    return 0;
  }

  private void print(List<StoredRun> found) {
    RunTable table = RunTable.of(found, new Bootstrap(Bootstrap.RESAMPLES, 1), output::warn);
    List<String> shown = columns.choose(table.available(), table.accuracies());
    TableWriter writer = new TableWriter(table, shown, !plain);
    if (output.isJson()) {
      output.json(writer.json());
    } else {
      output.text(writer.write(TableWriter.Format.valueOf(output.format().name())));
    }
  }
}
