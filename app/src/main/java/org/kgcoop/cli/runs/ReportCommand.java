package org.kgcoop.cli.runs;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.Completions;
import org.kgcoop.cli.options.Parse;
import org.kgcoop.report.ReportPage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code report}, which writes a page of results. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    header = "Write a web page with results: tables, charts and misclassified images.",
    description = {
      "",
      "Write the results of runs and tables to one HTML file: tables, charts, misclassified images"
          + " and settings. The file needs no other file and no network. For runs in progress, it"
          + " contains the results so far.",
      ""
    },
    footer = {
      "",
      "Examples:",
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
              + " several).")
  private @Nullable Path out;

  @Option(
      names = "--charts",
      paramLabel = "DIR",
      description = "Also write the charts as SVG files into this folder.")
  private @Nullable Path charts;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      completionCandidates = Completions.Data.class,
      description =
          "Set the data sets of the runs, to include misclassified images in the page. Separate"
              + " several with commas, or repeat the option. Images of embedded data sets are"
              + " always included.")
  private List<String> data = new ArrayList<>();

  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    Path file = out != null ? out : runs.size() == 1 ? runs.get(0).resolve(FILE) : Path.of(FILE);
    ReportPage.write(runs, data(), file);
    List<Path> drawn = charts == null ? List.of() : ReportPage.writeCharts(runs, charts);
    output.json(new Written(file.toString(), drawn.stream().map(Path::toString).toList()));
    output.print("Report: " + file);
    drawn.forEach(chart -> output.print("Chart: " + chart));
    return 0;
  }

  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  private record Written(String report, List<String> charts) {}

  private List<Path> data() {
    return data.stream().flatMap(each -> Parse.paths(each).stream()).map(Path::of).toList();
  }
}
