package org.kgcoop.cli.runs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.Completions;
import org.kgcoop.cli.options.Parse;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.report.ReportPage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code report}, which writes a page of results. */
@Command(
    name = "report",
    header = "Write a web page with results: tables, charts and misclassified images.",
    description =
        "Write the results of runs and tables to one HTML file: tables, charts, misclassified images"
            + " and settings. The file needs no other file and no network. For runs in progress, it"
            + " contains the results so far.",
    footer = {
      "  ./kgcoop report runs/table",
      "  ./kgcoop report runs/coop runs/kgcoop --data pets --out compared.html"
    })
public final class ReportCommand implements Callable<Integer> {
  private static final String FILE = "report.html";

  @Parameters(
      arity = "1..*",
      paramLabel = "RUN",
      description = "Folders that train, adapt or a protocol such as base2new wrote (--out).")
  private List<Path> runs = new ArrayList<>();

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description =
          "Set the HTML file (default: report.html in RUN, or in the working directory for"
              + " several runs).")
  private @Nullable Path out;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      completionCandidates = Completions.Data.class,
      description =
          "Set the data sets of the runs, comma separated, to include misclassified images in the"
              + " page. Images of embedded data sets are always included.")
  private List<String> data = new ArrayList<>();

  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    Path file = out != null ? out : runs.size() == 1 ? runs.get(0).resolve(FILE) : Path.of(FILE);
    List<Path> sets =
        data.stream().flatMap(each -> Parse.paths(each).stream()).map(Path::of).toList();
    ReportPage.write(runs, sets, out == null ? file : AtomicFile.destination(out));
    output.json(Map.of("report", file.toString()));
    output.print("Report: " + file);
    return 0;
  }
}
