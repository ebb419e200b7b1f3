package org.kgcoop.cluster.experiments;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.experiment.ExperimentSession;
import org.kgcoop.cluster.session.Versions;
import org.kgcoop.files.Json;
import org.kgcoop.runs.RunRecord;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction2;

/** The task of a run on an executor. */
final class TrialTask extends AbstractFunction2<TaskContext, Iterator<Assignment>, Outcome>
    implements Serializable {
  private static final long serialVersionUID = 1;

  private final List<String> words;
  private final Versions versions;
  private final int attempts;

  /**
   * Creates the task of an experiment.
   *
   * @param words the command line of the experiment
   * @param versions the versions on the driver
   * @param attempts the number of failures of a task after which Spark cancels the job
   */
  TrialTask(List<String> words, Versions versions, int attempts) {
    this.words = List.copyOf(words);
    this.versions = versions;
    this.attempts = attempts;
  }

  @Override
  public Outcome apply(TaskContext context, Iterator<Assignment> one) {
    Assignment assignment = one.next();
    String run = assignment.run();
    try {
      versions.check(Versions.here(), host());
    } catch (KgCoopException e) {
      return Outcome.refused(run, e);
    }
    boolean last = context.attemptNumber() + 1 >= attempts;
    try {
      return attempt(assignment, context);
    } catch (KgCoopException e) {
      // Another attempt may find the files, and Spark repeats interrupted tasks. Other failures are
      // permanent.
      boolean mayPass =
          e.category() == KgCoopException.Category.IO
              || e.category() == KgCoopException.Category.BUG;
      if (context.isInterrupted() || (mayPass && !last)) {
        throw e;
      }
      return Outcome.failed(run, e);
    } catch (RuntimeException e) {
      if (context.isInterrupted() || !last) {
        throw e;
      }
      return Outcome.failed(
          run, KgCoopException.Category.BUG, e.getClass().getSimpleName() + ": " + e.getMessage());
    }
  }

  private Outcome attempt(Assignment assignment, TaskContext context) {
    String run = assignment.run();
    PrintWriter log =
        new PrintWriter(new OutputStreamWriter(System.err, StandardCharsets.UTF_8), true);
    ExperimentSession experiments = SharedProtocols.of(words, log, log);
    List<String> differences = differences(assignment.settings(), experiments.settings(run));
    if (!differences.isEmpty()) {
      return Outcome.failed(
          run,
          KgCoopException.configuration(
              "the executor on %s has other settings than the driver: %s; both need the same files"
                  .formatted(host(), String.join(", ", differences))));
    }
    if (experiments.isDone(run)) { // by an attempt whose executor was lost before it reported
      return Outcome.done(run);
    }
    Attempts attempts = new Attempts(experiments.out());
    Path attempt = attempts.begin(run);
    try {
      experiments.run(run, attempt, context::isInterrupted);
      attempts.commit(run, attempt, () -> experiments.isDone(run));
    } finally {
      attempts.end(attempt);
    }
    return Outcome.done(run);
  }

  private static List<String> differences(String driver, String here) {
    try {
      return RunRecord.differences(Json.LENIENT.readTree(driver), Json.LENIENT.readTree(here));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the settings are not JSON", e);
    }
  }

  private static String host() {
    return SparkEnv.get().blockManager().blockManagerId().host();
  }
}
