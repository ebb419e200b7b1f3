package org.kgcoop.cli.runs;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Invocation;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.Parse;
import org.kgcoop.report.ReportPage;
import org.kgcoop.report.WatchedReport;
import org.kgcoop.report.WatchedReport.Look;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** The command {@code report}, which writes a page of results. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    header = "Write a web page with results: tables, charts and misclassified images.",
    description = {
      "",
      "Write the results of runs and tables to one HTML file: tables, charts, misclassified images"
          + " and settings. The file needs no other file and no network. For runs in progress, it"
          + " contains the results so far and the remaining time.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  ./kgcoop report runs/table",
      "  ./kgcoop report runs/coop runs/kgcoop --data pets --out compared.html",
      "  ./kgcoop report runs/pets --watch"
    })
public final class ReportCommand implements Callable<Integer> {
  private static final String FILE = "report.html";
  private static final String USUAL_PAUSE = "10";
  private static final int LONGEST_PAUSE = 3600;

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
      names = "--watch",
      arity = "0..1",
      fallbackValue = USUAL_PAUSE,
      paramLabel = "SECONDS",
      description =
          "Update the file until all runs are complete. kgcoop checks for changes every SECONDS,"
              + " from 1 to 3600 (10 if left out), and the browser reloads the page. Press Ctrl-C"
              + " to stop earlier.")
  private @Nullable String watch;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description =
          "Set the data sets of the runs, to include misclassified images in the page. Separate"
              + " several with commas, or repeat the option. Images of embedded data sets are"
              + " always included.")
  private List<String> data = new ArrayList<>();

  @Mixin private Output output = new Output();
  @ParentCommand private Invocation invocation;

  @Override
  public Integer call() {
    Path file = out != null ? out : runs.size() == 1 ? runs.get(0).resolve(FILE) : Path.of(FILE);
    if (watch == null) {
      ReportPage.write(runs, data(), file);
    } else if (!isWatchedToTheEnd(file, seconds(watch))) {
      return KgCoopException.Category.INTERRUPTED.exitCode();
    }
    print(file);
    return 0;
  }

  private static int seconds(String text) {
    try {
      int seconds = Integer.parseInt(text);
      if (seconds >= 1 && seconds <= LONGEST_PAUSE) {
        return seconds;
      }
    } catch (NumberFormatException e) {
      // reported below, like a number out of range
    }
    throw KgCoopException.configuration(
        "--watch %s: expected seconds, from 1 to %s; a RUN stands before it, as in 'report RUN --watch'"
            .formatted(text, LONGEST_PAUSE));
  }

  /** Writes the page until all runs are complete. Returns false if it was interrupted before. */
  private boolean isWatchedToTheEnd(Path file, int seconds) {
    WatchedReport report = new WatchedReport(runs, data(), file, seconds);
    Look before = null;
    while (!invocation.interrupted()) {
      Look look = look(report);
      if (look == Look.COMPLETE) {
        return true;
      }
      if (look != before) {
        before = look;
        output.info(words(look, file) + "; Ctrl-C ends it");
      }
      pause(seconds);
    }
    report.end();
    return false;
  }

  /** Checks the runs. It retries once, because another process may be replacing a file. */
  private Look look(WatchedReport report) {
    try {
      return report.look();
    } catch (KgCoopException e) {
      pause(1);
      return report.look();
    }
  }

  private String words(Look look, Path file) {
    return switch (look) {
      case WAITING ->
          "waiting for a run in "
              + runs.stream().map(Path::toString).collect(Collectors.joining(", "));
      case RUNNING -> file + " shows what there is, and is written anew until all is complete";
      default -> file + ": the remaining runs are stopped; waiting for them to resume";
    };
  }

  private void pause(int seconds) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    try {
      while (System.nanoTime() < end && !invocation.interrupted()) {
        Thread.sleep(50);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void print(Path file) {
    List<Path> drawn = charts == null ? List.of() : ReportPage.writeCharts(runs, charts);
    if (output.isJson()) {
      ObjectNode told = JsonNodeFactory.instance.objectNode().put("report", file.toString());
      if (charts != null) {
        drawn.forEach(chart -> told.withArray("charts").add(chart.toString()));
      }
      output.json(told);
    } else {
      output.print("Report: " + file);
      drawn.forEach(chart -> output.print("Chart: " + chart));
    }
  }

  private List<Path> data() {
    return data.stream().flatMap(each -> Parse.paths(each).stream()).map(Path::of).toList();
  }
}
