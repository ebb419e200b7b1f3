package org.kgcoop.cluster.experiments;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.experiment.ExperimentSession;
import org.kgcoop.cluster.session.Failures;
import org.kgcoop.cluster.session.Session;
import org.kgcoop.cluster.session.Versions;
import org.kgcoop.progress.Progress;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;
import scala.runtime.BoxedUnit;

/** The runs of an experiment as one job of Spark. Each run is a task. */
public final class ExperimentJob {
  private static final String DEFAULT_ATTEMPTS = "4";

  private final SparkContext spark;
  private final List<String> words;
  private final ExperimentSession experiments;
  private final Versions versions;

  /**
   * Creates a job.
   *
   * @param words a command line with the same meaning on every machine
   */
  public ExperimentJob(Session session, List<String> words, ExperimentSession experiments) {
    this(session, words, experiments, Versions.here());
  }

  ExperimentJob(
      Session session, List<String> words, ExperimentSession experiments, Versions versions) {
    this.spark = session.context();
    this.words = words;
    this.experiments = experiments;
    this.versions = versions;
  }

  /**
   * Executes runs.
   *
   * @param errors receives one line per kind of failure
   * @throws KgCoopException if a run failed; the other runs are executed
   */
  public void run(List<String> runs, Consumer<String> errors) {
    List<Outcome> outcomes = new ArrayList<>();
    try (Progress.Task task = experiments.progress().start("runs", runs.size())) {
      submit(
          runs,
          outcome -> {
            outcomes.add(outcome);
            if (isOfAll(outcome)) {
              spark.cancelAllJobs();
            }
            task.done(outcomes.size());
          });
    } catch (Exception e) { // Scala throws checked exceptions that it does not declare
      Outcome.@Nullable Failure all =
          outcomes.stream()
              .filter(ExperimentJob::isOfAll)
              .findFirst()
              .map(Outcome::failure)
              .orElse(null);
      if (all != null) {
        throw new KgCoopException(all.category(), all.message(), e);
      }
      print(outcomes, errors);
      KgCoopException known = Failures.known(e);
      throw new KgCoopException(
          known.category(),
          "%s; %s of %s runs are complete; run the same command again to resume"
              .formatted(known.getMessage(), done(outcomes), runs.size()),
          e);
    }
    print(outcomes, errors);
    List<Outcome.Failure> failures =
        outcomes.stream().map(Outcome::failure).filter(Objects::nonNull).toList();
    if (!failures.isEmpty()) {
      throw new KgCoopException(
          failures.get(0).category(),
          "%s of %s runs failed. The other runs are complete. Run the same command again to repeat the failed ones"
              .formatted(failures.size(), runs.size()));
    }
    List<String> missing = runs.stream().filter(run -> !experiments.isDone(run)).toList();
    if (!missing.isEmpty()) {
      throw KgCoopException.configuration(
          "%s: an executor completed %s, but its folder is not here; --out must be a folder that all machines"
                  .formatted(experiments.out(), missing.get(0))
              + " share");
    }
  }

  private void submit(List<String> runs, Consumer<Outcome> ended) {
    int attempts =
        spark.isLocal()
            ? 1
            : Integer.parseInt(spark.conf().get("spark.task.maxFailures", DEFAULT_ATTEMPTS));
    List<Assignment> assignments =
        runs.stream().map(run -> new Assignment(run, experiments.settings(run))).toList();
    RDD<Assignment> tasks =
        JavaSparkContext.fromSparkContext(spark).parallelize(assignments, assignments.size()).rdd();
    List<Object> partitions = IntStream.range(0, runs.size()).<Object>mapToObj(i -> i).toList();
    // Only the first attempt of a task that ends is reported.
    spark.<Assignment, Outcome>runJob(
        tasks,
        new TrialTask(words, versions, attempts),
        CollectionConverters.asScala(partitions).toSeq(),
        (partition, outcome) -> {
          ended.accept(outcome);
          return BoxedUnit.UNIT;
        },
        ClassTag$.MODULE$.apply(Outcome.class));
  }

  private static boolean isOfAll(Outcome outcome) {
    return outcome.failure() != null && outcome.failure().ofAll();
  }

  private static long done(List<Outcome> outcomes) {
    return outcomes.stream().filter(outcome -> outcome.failure() == null).count();
  }

  /** Prints failures. Runs with the same failure share one line. */
  private static void print(List<Outcome> outcomes, Consumer<String> errors) {
    Map<Outcome.Failure, List<String>> runs = new LinkedHashMap<>();
    for (Outcome outcome : outcomes) {
      Outcome.Failure failure = outcome.failure();
      if (failure != null) {
        runs.computeIfAbsent(failure, key -> new ArrayList<>()).add(outcome.run());
      }
    }
    runs.forEach(
        (failure, names) ->
            errors.accept(
                names.stream().sorted().collect(Collectors.joining(", "))
                    + ": "
                    + failure.message()));
  }
}
