package org.kgcoop.report;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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

  static Optional<Section> of(ReportSources inputs) {
    List<Line> begun = inputs.underWay().stream().map(Line::of).toList();
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

  private static String note(Line line) {
    StoredRun run = line.run;
    return run.dataSet()
        + (run.shots() > 0 ? ", " + run.shots() + " shots" : "")
        + (run.seed() == null ? "" : ", seed " + run.seed());
  }

  /** A run that is not complete, and its state at one moment. */
  private record Line(StoredRun run, RunState state, RunProgress progress) {
    static Line of(StoredRun run) {
      return new Line(run, run.state(), run.progress());
    }

    boolean isTraining() {
      return state == RunState.RUNNING && progress.step() < progress.steps();
    }
  }

  private static ReportTable grid(List<Line> begun) {
    return ReportTable.of("Under way", "run", begun, line -> Text.label(line.run))
        .notes(ProgressSection::note)
        .words("state", line -> line.state.toString())
        .formatted("epoch", at -> place(at.progress.epoch(), at.progress.epochs()))
        .formatted("time left", at -> at.isTraining() ? toGo(at.progress) : Text.NONE)
        .formatted("time so far", ProgressSection::soFar)
        .formatted("step", at -> place(at.progress.step(), at.progress.steps()))
        .formatted("last step", ProgressSection::lastStep)
        .build();
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
