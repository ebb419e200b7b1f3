package org.kgcoop.serve.page;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kgcoop.eval.Bootstrap;
import org.kgcoop.report.ListPage;
import org.kgcoop.report.ListPage.Column;
import org.kgcoop.report.ListPage.Line;
import org.kgcoop.report.ListPage.Listing;
import org.kgcoop.report.ListPage.UnderWay;
import org.kgcoop.report.ReportPage;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.RunFolders;
import org.kgcoop.runs.RunState;
import org.kgcoop.tables.RunLabels;
import org.kgcoop.tables.RunTable;
import org.kgcoop.tables.RunsBelow;
import org.kgcoop.tables.StoredRun;
import org.kgcoop.tables.TableRow;

/**
 * The page of what there is: what goes on, tables of protocols, methods side by side, the newest
 * runs.
 */
final class RunOverview {
  static final String PATH = "/runs";
  static final String REPORT = PATH + "/report";

  private static final int MOST_RUNS = 300;
  private static final int MOST_TABULATED = 1000;
  private static final int RESAMPLES = 1000;
  private static final String NONE = "–";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final RunsBelow found;
  private final List<StoredRun> runs;
  private final List<Listing> methods;

  /** The page of those runs. */
  RunOverview(RunsBelow found, Consumer<String> log) {
    this.found = found;
    runs = found.runs();
    methods = methods(log);
  }

  RunsBelow found() {
    return found;
  }

  /** Figures with their intervals, which take a while. */
  private List<Listing> methods(Consumer<String> log) {
    List<StoredRun> measured =
        runs.stream().filter(run -> run.isComplete() && !run.targets().isEmpty()).toList();
    if (measured.size() > MOST_TABULATED) {
      return List.of();
    }
    // Protocols learn other classes: their figures are not to be compared.
    Map<String, List<StoredRun>> byProtocol =
        measured.stream()
            .collect(Collectors.groupingBy(StoredRun::protocol, TreeMap::new, Collectors.toList()));
    return byProtocol.entrySet().stream()
        .map(each -> methods(each.getKey(), each.getValue(), log))
        .toList();
  }

  /** The page at this moment: its runs may have gone on since they were found. */
  String html() {
    List<Listing> listings = new ArrayList<>();
    if (!found.tables().isEmpty()) {
      listings.add(tables());
    }
    listings.addAll(methods);
    if (!runs.isEmpty()) {
      listings.add(newest());
    }
    String summary =
        runs.isEmpty()
            ? "No run has been made here yet."
            : "%s runs, %s of them complete.".formatted(runs.size(), complete());
    return ListPage.html(
        "Runs", summary, underWay(), listings, new ReportPage.Back("/", "Classify an image"));
  }

  /** The tables, adaptations and runs at which a process works. */
  private List<UnderWay> underWay() {
    List<UnderWay> underWay = new ArrayList<>();
    for (String table : found.tables().keySet()) {
      if (RunFolders.isInUse(found.folder(table))) {
        underWay.add(new UnderWay(found.folder(table), table, link("table", table), ""));
      }
    }
    for (String name : found.adaptations()) {
      Path folder = found.folder(name);
      if (RunFolders.isInUse(folder.resolve(AdaptRecord.WORK))) {
        int measured = AdaptRecord.read(folder).map(record -> record.candidates().size()).orElse(0);
        underWay.add(
            new UnderWay(
                folder, name, link("run", name), "adapt, methods measured so far: " + measured));
      }
    }
    RunLabels labels = new RunLabels(runs);
    for (StoredRun run : runs) {
      if (run.state() == RunState.RUNNING) {
        underWay.add(
            new UnderWay(
                run.path(),
                run.name(),
                link("run", run.name()),
                run.method() + ", " + about(run, labels)));
      }
    }
    return underWay;
  }

  private long complete() {
    return runs.stream().filter(StoredRun::isComplete).count();
  }

  private Listing tables() {
    List<Line> lines =
        found.tables().entrySet().stream()
            .map(
                table ->
                    new Line(
                        table.getKey(),
                        link("table", table.getKey()),
                        "",
                        List.of(table.getValue(), "" + below(table.getKey()))))
            .toList();
    return new Listing(
        "Tables",
        "table",
        List.of(new Column("protocol", false), new Column("runs", true)),
        lines,
        "Each leads to its report: curves, charts, mistakes with images, settings.");
  }

  private long below(String table) {
    return runs.stream()
        .filter(run -> table.equals(".") || run.name().startsWith(table + "/"))
        .count();
  }

  private static Listing methods(String protocol, List<StoredRun> measured, Consumer<String> log) {
    RunTable table = RunTable.of(measured, new Bootstrap(RESAMPLES, 1), log);
    List<Column> columns =
        Stream.concat(table.columns().stream(), Stream.of("ms/image"))
            .map(name -> new Column(name, true))
            .toList();
    List<Line> lines = new ArrayList<>();
    for (TableRow row : table.rows()) {
      List<String> entries = new ArrayList<>();
      for (String column : table.columns()) {
        RunTable.Figure figure = table.figure(row, column);
        boolean best = row.equals(table.best(column));
        entries.add(figure == null ? NONE : text(figure) + (best ? " *" : ""));
      }
      entries.add(number(table.msPerImage(row)));
      List<String> about = new ArrayList<>();
      about.add(row.shots() == 0 ? "all shots" : row.shots() + " shots");
      about.addAll(settings(row.setting()));
      lines.add(new Line(row.method(), "", String.join(", ", about), entries));
    }
    return new Listing(
        protocol.isEmpty() ? "Methods" : "Methods, " + protocol,
        "method",
        columns,
        lines,
        "Accuracies in percent over all complete runs: mean ± population standard deviation over"
            + " seeds. * by a bootstrap over images and seeds, its difference from every other row"
            + " stands; './kgcoop runs table' has the intervals."
            + table.notes().stream().map(note -> " " + note).collect(Collectors.joining()));
  }

  private static List<String> settings(Map<String, String> setting) {
    return setting.entrySet().stream()
        .map(each -> each.getKey().replace('_', ' ') + " " + each.getValue())
        .toList();
  }

  private static String text(RunTable.Figure figure) {
    return number(figure.mean())
        + (figure.seeds() > 1 ? " ± " + number(figure.deviation()) : "")
        + (figure.complete() ? "" : " †");
  }

  private Listing newest() {
    RunLabels labels = new RunLabels(runs);
    List<Line> lines =
        runs.stream()
            .sorted(Comparator.comparing(StoredRun::modified).reversed())
            .limit(MOST_RUNS)
            .map(run -> line(run, labels))
            .toList();
    return new Listing(
        "Runs",
        "run",
        List.of(
            new Column("method", false),
            new Column("accuracy", false),
            new Column("H", true),
            new Column("state", false),
            new Column("last change, UTC", true)),
        lines,
        runs.size() > MOST_RUNS
            ? "The newest %s of %s; './kgcoop runs' lists all.".formatted(MOST_RUNS, runs.size())
            : "");
  }

  /** The settings of a run in a few words. */
  private static String about(StoredRun run, RunLabels labels) {
    List<String> about = new ArrayList<>(List.of(run.dataSet()));
    if (run.shots() > 0) {
      about.add(run.shots() + " shots");
    }
    if (run.seed() != null) {
      about.add("seed " + run.seed());
    }
    about.addAll(settings(labels.setting(run)));
    return String.join(", ", about);
  }

  private static Line line(StoredRun run, RunLabels labels) {
    String accuracies =
        run.targets().stream()
            .map(target -> target.name() + " " + number(target.accuracy()))
            .collect(Collectors.joining(", "));
    return new Line(
        run.name(),
        link("run", run.name()),
        about(run, labels),
        List.of(
            run.method(),
            accuracies.isEmpty() ? NONE : accuracies,
            number(run.harmonicMean()),
            run.state().toString(),
            TIME.format(run.modified())));
  }

  private static String number(double value) {
    return Double.isNaN(value) ? NONE : String.format(Locale.ROOT, "%.2f", value);
  }

  /** The address of the report of a run or a table. */
  static String link(String kind, String name) {
    return REPORT + "?" + kind + "=" + URLEncoder.encode(name, StandardCharsets.UTF_8);
  }
}
