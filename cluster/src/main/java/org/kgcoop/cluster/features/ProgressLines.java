package org.kgcoop.cluster.features;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.util.LongAccumulator;
import org.kgcoop.Messages;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Prints the progress of the tasks every few seconds: the counts of completed tasks, and those of
 * running tasks from the heartbeats of executors.
 */
final class ProgressLines extends SparkListener implements AutoCloseable {
  private static final long SECONDS = 10;
  private static final long PATIENCE_SECONDS = 20;

  private final SparkContext spark;
  private final LongAccumulator read;
  private final long total;
  private final Consumer<String> lines;
  private final Map<Long, Long> running = new ConcurrentHashMap<>();
  private final long opened = System.nanoTime();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "kgcoop-progress");
            thread.setDaemon(true);
            return thread;
          });
  private volatile long firstTask;
  private volatile boolean warned;

  /**
   * Creates the progress lines.
   *
   * @param total the number of images, or 0 if it is unknown
   */
  ProgressLines(SparkContext spark, LongAccumulator read, long total, Consumer<String> lines) {
    this.spark = spark;
    this.read = read;
    this.total = total;
    this.lines = lines;
  }

  void start() {
    spark.addSparkListener(this);
    var unused = clock.scheduleWithFixedDelay(this::print, SECONDS, SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void onTaskStart(SparkListenerTaskStart event) {
    if (firstTask == 0) {
      firstTask = System.nanoTime();
    }
  }

  @Override
  public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
    for (var task : CollectionConverters.asJava(update.accumUpdates())) {
      for (var counter : CollectionConverters.asJava(task._4())) {
        if (counter.id() == read.id() && counter.update().isDefined()) {
          running.put((Long) task._1(), ((Number) counter.update().get()).longValue());
        }
      }
    }
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    running.remove(end.taskInfo().taskId());
  }

  private void print() {
    if (firstTask == 0) {
      if (!warned && seconds(opened) > PATIENCE_SECONDS) {
        warned = true;
        lines.accept(
            ("no executor has started a task; check that the cluster has enough free cores"
                    + " (spark.task.cpus) and memory (spark.executor.memory), and that it runs Spark"
                    + " %s")
                .formatted(spark.version()));
      }
      return;
    }
    long done = read.value() + running.values().stream().mapToLong(Long::longValue).sum();
    lines.accept(line(done, total, seconds(firstTask)));
  }

  /** Returns a line of progress. Without a total, it contains no estimate. */
  static String line(long done, long total, double seconds) {
    double rate = done / Math.max(seconds, 1e-3);
    String line =
        Messages.format(
            "features: %d%s images, %.1f per second", done, total > 0 ? " of " + total : "", rate);
    return total > 0 && done > 0
        ? line + Messages.format(", about %.0f s left", Math.max(0, total - done) / rate)
        : line;
  }

  /** Returns the time since the first task started, or 0. */
  double seconds() {
    return firstTask == 0 ? 0 : seconds(firstTask);
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  @Override
  public void close() {
    clock.shutdownNow();
    spark.removeSparkListener(this);
  }
}
