package org.kgcoop.cli.runs;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kgcoop.cli.console.Output;
import org.kgcoop.report.ReportPage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The page of results. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    header = "Show results as a page: tables, charts, mistakes.",
    description = {
      "",
      "Write one HTML page of the results of runs and protocols: tables, charts, mistakes with"
          + " images, settings. It needs no other file and no network.",
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
      description = "A folder that train or a protocol such as base2new wrote; several together.")
  private List<Path> runs = new ArrayList<>();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The page (default: report.html in RUN; of several, in the working directory).")
  private @Nullable Path out;

  @Option(
      names = "--charts",
      paramLabel = "DIR",
      description =
          "A folder for the charts as SVG files too, light or dark as the reader has it:"
              + " results-1.svg and so on.")
  private @Nullable Path charts;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description =
          "A data set whose images may be shown beside the embedded ones; repeat the option for"
              + " several.")
  private List<Path> data = new ArrayList<>();

  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    Path file = out != null ? out : runs.size() == 1 ? runs.get(0).resolve(FILE) : Path.of(FILE);
    ReportPage.write(runs, data, file);
    List<Path> drawn = charts == null ? List.of() : ReportPage.writeCharts(runs, charts);
    if (output.isJson()) {
      ObjectNode told = JsonNodeFactory.instance.objectNode().put("report", file.toString());
      if (charts != null) {
        drawn.forEach(chart -> told.withArray("charts").add(chart.toString()));
      }
      output.json(told);
    } else {
      output.line("Report: " + file);
      drawn.forEach(chart -> output.line("Chart: " + chart));
    }
    return 0;
  }
}
