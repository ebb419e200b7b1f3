package org.kgcoop.cli.console;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;
import java.util.function.Consumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.kgcoop.Messages;
import org.kgcoop.progress.Progress;

/** A progress display: a bar on a terminal, and plain lines otherwise. */
final class ConsoleProgress implements Progress {
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

  private final Consumer<String> lines;

  /**
   * The launcher sets this property, because Java cannot detect whether standard error is a
   * terminal.
   */
  private final boolean terminal = Boolean.getBoolean("kgcoop.terminal");

  /**
   * Creates a display.
   *
   * @param lines the receiver of messages that are shown without a bar
   */
  ConsoleProgress(Consumer<String> lines) {
    this.lines = lines;
  }

  @Override
  public Task start(String name, long total) {
    return terminal ? new Bar(name, total) : new Lines(name, total);
  }

  @Override
  public void message(String line) {
    lines.accept(line);
  }

  private static final class Bar implements Task {
    private final TimeLeft timeLeft = new TimeLeft();
    private final ProgressBar bar;

    Bar(String name, long total) {
      boolean isPlain = System.getenv("NO_COLOR") != null;
      bar =
          new ProgressBarBuilder()
              .setTaskName(Messages.line(name))
              .setInitialMax(total)
              .setStyle(isPlain ? ProgressBarStyle.ASCII : ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
              .setEtaFunction(
                  state ->
                      timeLeft.after(state.getTotalElapsed(), state.getCurrent(), state.getMax()))
              .setUpdateIntervalMillis(200)
              .continuousUpdate()
              .clearDisplayOnFinish()
              .build();
    }

    @Override
    public void done(long units) {
      bar.stepTo(units);
    }

    @Override
    public void doneBefore(long units) {
      timeLeft.doneBefore(units);
    }

    @Override
    public void detail(String text) {
      bar.setExtraMessage(" " + Messages.line(text));
    }

    @Override
    public void close() {
      bar.close();
    }
  }

  /**
   * A task that prints its progress at intervals, if there was any, and its duration at the end.
   */
  private final class Lines implements Task {
    private final String name;
    private final long total;
    private final long start = System.nanoTime();
    private final TimeLeft timeLeft = new TimeLeft();
    private final Timer timer = new Timer("progress", true);
    private long units;
    private long printed;
    private String detail = "";

    Lines(String name, long total) {
      this.name = name;
      this.total = total;
      TimerTask line =
          new TimerTask() {
            @Override
            public void run() {
              print();
            }
          };
      timer.schedule(line, BETWEEN_LINES.toMillis(), BETWEEN_LINES.toMillis());
    }

    private synchronized void print() {
      Optional<Duration> left =
          timeLeft.after(Duration.ofNanos(System.nanoTime() - start), units, total);
      if (units > printed && units < total) {
        printed = units;
        String toGo =
            left.map(each -> ", about " + Math.round(each.toMillis() / 1e3) + " s to go")
                .orElse("");
        lines.accept(name + ": " + units + " of " + total + toGo + detail);
      }
    }

    private double seconds() {
      return (System.nanoTime() - start) / 1e9;
    }

    @Override
    public synchronized void done(long units) {
      this.units = units;
    }

    @Override
    public void doneBefore(long units) {
      timeLeft.doneBefore(units);
    }

    @Override
    public synchronized void detail(String text) {
      detail = ", " + text;
    }

    @Override
    public synchronized void close() {
      timer.cancel();
      printed = total; // for a line that waits for this method
      if (seconds() >= 1) {
        String howMany = units < total ? units + " of " + total : String.valueOf(total);
        lines.accept(String.format(Locale.ROOT, "%s: %s in %.1f s", name, howMany, seconds()));
      }
    }
  }
}
