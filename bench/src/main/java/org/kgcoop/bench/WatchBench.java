package org.kgcoop.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.files.FolderTree;
import org.kgcoop.fit.Training;
import org.kgcoop.fit.TrainingListener;
import org.kgcoop.report.WatchedReport;
import org.kgcoop.tensor.Engine;
import org.kgcoop.tensorboard.EventFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The cost of watching a training: its event file grows and its page is made meanwhile. */
@Command(
    name = "watch",
    mixinStandardHelpOptions = true,
    header =
        "A training step alone beside one that is watched: the event file for TensorBoard grows, and"
            + " the report is written every ten seconds in the same process. Embedded CLIP and"
            + " images, one thread.")
final class WatchBench implements Callable<Integer> {
  private static final String DATA = "places";
  private static final String PAGE = "page";

  /** The threads that do nothing else but watch. */
  private static final Set<String> WATCHING = Set.of("event files", PAGE);

  @Option(names = "--method", defaultValue = "kgcoop", description = "Default: ${DEFAULT-VALUE}.")
  private String method;

  @Option(names = "--epochs", defaultValue = "200", description = "Default: ${DEFAULT-VALUE}.")
  private int epochs;

  @Option(
      names = "--rounds",
      defaultValue = "5",
      description = "How often each is timed (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--seconds",
      defaultValue = "10",
      description = "Between looks of the page (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @SuppressWarnings("NullAway.Init") // picocli fills what has a default
  WatchBench() {}

  /** Processor time and time of a step in ms, and of the first the share of threads that watch. */
  private record Cost(double processor, double clock, double share) {}

  /** The time from the first step to the last. */
  private static final class Stopwatch implements TrainingListener {
    private long processor;
    private long clock;
    private long steps;

    @Override
    public void step(Step step) {
      steps = step.number() - 1;
      if (steps == 0) {
        processor = Measurement.processorNanos();
        clock = System.nanoTime();
      }
    }

    Cost cost() {
      double spent = Math.max(1, Measurement.processorNanos() - processor);
      double each = 1e6 * Math.max(1, steps);
      return new Cost(spent / each, (System.nanoTime() - clock) / each, watchingNanos() / spent);
    }
  }

  @Override
  public Integer call() throws IOException {
    Engine.setThreads(1);
    Path folder = Files.createTempDirectory("kgcoop-watch");
    try (Clip clip = Clip.load(EmbeddedClip.folder())) {
      double[][] costs = new double[5][rounds];
      for (int round = -1; round < rounds; round++) {
        boolean first = round % 2 == 0; // by turns, so that a drift of the machine favours neither
        Cost one = train(clip, folder, "one" + round, first);
        Cost other = train(clip, folder, "other" + round, !first);
        Cost alone = first ? other : one;
        Cost watched = first ? one : other;
        if (round >= 0) {
          costs[0][round] = alone.processor;
          costs[1][round] = watched.processor;
          costs[2][round] = alone.clock;
          costs[3][round] = watched.clock;
          costs[4][round] = watched.share;
        }
      }
      System.out.printf(
          Locale.ROOT,
          "%s: processor time of a step %.3f ms alone, %.3f ms watched; time %.3f ms alone, %.3f ms"
              + " watched; the threads that watch take %.2f %% of the processor time%n",
          method,
          Measurement.median(costs[0]),
          Measurement.median(costs[1]),
          Measurement.median(costs[2]),
          Measurement.median(costs[3]),
          100 * Measurement.median(costs[4]));
    } finally {
      FolderTree.delete(folder);
    }
    return 0;
  }

  private Cost train(Clip clip, Path folder, String name, boolean watched) {
    Path run = folder.resolve(name);
    Stopwatch stopwatch = new Stopwatch();
    Training training =
        Training.ofEmbedded(clip, DATA)
            .method(method)
            .training("epochs", epochs)
            .training("augment", "test")
            .shots(8)
            .bank(folder.resolve("bank"))
            .listener(stopwatch);
    if (!watched) {
      training.into(run);
      return stopwatch.cost();
    }
    CountDownLatch over = new CountDownLatch(1);
    Thread page = new Thread(() -> watch(run, over), PAGE);
    page.start();
    try (EventFiles events = EventFiles.growing(List.of(run), line -> System.err.println(line))) {
      training.into(run);
      return stopwatch.cost();
    } finally {
      over.countDown();
    }
  }

  private void watch(Path run, CountDownLatch over) {
    WatchedReport report =
        new WatchedReport(List.of(run), List.of(), run.resolve("report.html"), seconds);
    try {
      do {
        WatchedReport.Look unused = report.look();
      } while (!over.await(seconds, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static long watchingNanos() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long nanos = 0;
    for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
      if (thread != null && WATCHING.contains(thread.getThreadName())) {
        nanos += Math.max(0, threads.getThreadCpuTime(thread.getThreadId()));
      }
    }
    return nanos;
  }
}
