package org.kgcoop.report;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.kgcoop.report.Block.Figures;
import org.kgcoop.report.Block.Words;
import org.kgcoop.runs.RunProgress;
import org.kgcoop.runs.RunState;
import org.kgcoop.tables.StoredRun;

/** The progress of unfinished tables and runs, with an estimate of the remaining time. */
final class ProgressSection {
  private static final DateTimeFormatter TIME = formatter("HH:mm:ss");
  private static final DateTimeFormatter DAY = formatter("uuuu-MM-dd HH:mm");

  private ProgressSection() {}

  /**
   * A run that is not complete.
   *
   * @param note the text below the name; may be empty
   */
  private record Begun(StoredRun run, String name, String note) {}

  static Optional<Section> of(ReportSources inputs) {
    List<Begun> begun = new ArrayList<>();
    for (StoredRun run : inputs.underWay()) {
      begun.add(new Begun(run, Text.label(run), note(run)));
    }
    boolean partial =
        inputs.tables().stream()
            .anyMatch(table -> table.state() != RunState.COMPLETE && !table.rows().isEmpty());
    String more =
        partial
            ? " Results below are of the runs that are done: until all are, means of methods may be"
                + " over other data sets and seeds."
            : "";
    List<Block> blocks = new ArrayList<>();
    for (Table table : inputs.tables()) {
      if (table.state() != RunState.COMPLETE) {
        blocks.add(new Words(words(table) + more));
      }
    }
    if (!begun.isEmpty()) {
      blocks.add(new Figures(grid(begun)));
      blocks.add(
          new Words(
              "Time left: steps left × mean time per step since training began or resumed. Times of"
                  + " the last step are UTC."));
    }
    return blocks.isEmpty()
        ? Optional.empty()
        : Optional.of(new Section("progress", "Under way", blocks));
  }

  private static String words(Table table) {
    int done = table.results().cells().size();
    return "%s: %s of %s runs are done%s."
        .formatted(
            table.name(),
            done,
            done + table.results().pending().size(),
            table.state() == RunState.RUNNING
                ? ""
                : ", and nothing works at the others: the same command goes on with them");
  }

  private static String note(StoredRun run) {
    return run.dataSet()
        + (run.shots() > 0 ? ", " + run.shots() + " shots" : "")
        + (run.seed() == null ? "" : ", seed " + run.seed());
  }

  /** The state of a run at one moment. */
  private record Line(RunState state, RunProgress progress) {
    static Line of(StoredRun run) {
      return new Line(run.state(), run.progress());
    }

    boolean isTraining() {
      return state == RunState.RUNNING && progress.step() < progress.steps();
    }
  }

  private static ReportTable grid(List<Begun> begun) {
    List<Line> lines = begun.stream().map(each -> Line.of(each.run)).toList();
    return ReportTable.of(
        "Under way",
        "run",
        begun.stream().map(Begun::name).toList(),
        begun.stream().map(Begun::note).toList(),
        List.of(
            ReportTable.words("state", lines.stream().map(line -> line.state.toString()).toList()),
            column("epoch", lines, at -> place(at.progress.epoch(), at.progress.epochs())),
            column("time left", lines, at -> at.isTraining() ? toGo(at.progress) : Text.NONE),
            column("time so far", lines, ProgressSection::soFar),
            column("step", lines, at -> place(at.progress.step(), at.progress.steps())),
            column("last step", lines, ProgressSection::lastStep)));
  }

  private static ReportTable.Column column(
      String title, List<Line> lines, Function<Line, String> text) {
    return new ReportTable.Column(
        title, true, lines.stream().map(text).map(ReportTable.Figure::of).toList());
  }

  private static String soFar(Line line) {
    return line.progress.step() == 0 ? Text.NONE : Text.duration(line.progress.seconds());
  }

  private static String toGo(RunProgress progress) {
    return Double.isNaN(progress.secondsToGo())
        ? Text.NONE
        : "about " + Text.duration(progress.secondsToGo(), 0);
  }

  private static String place(long at, long of) {
    return at == 0 ? Text.NONE : of == 0 ? String.valueOf(at) : at + " of " + of;
  }

  /** Returns the time of the last step. It includes the date only for runs that are stopped. */
  private static String lastStep(Line line) {
    Instant time = line.progress.lastStep();
    return time == null ? Text.NONE : (line.state == RunState.RUNNING ? TIME : DAY).format(time);
  }

  private static DateTimeFormatter formatter(String pattern) {
    return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
  }
}
