package org.kgcoop.cluster;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.ProtocolArguments;
import org.kgcoop.cli.experiment.ExperimentSession;
import org.kgcoop.cluster.experiments.Attempts;
import org.kgcoop.cluster.experiments.ExperimentJob;
import org.kgcoop.cluster.experiments.SharedProtocols;
import org.kgcoop.cluster.session.Session;
import org.kgcoop.cluster.session.Submission;
import org.kgcoop.files.LockedFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Runs the protocol of a table on executors. */
@Command(
    name = ExperimentsCommand.NAME,
    preprocessor = SparkArgumentsFirst.class,
    header = "Run the trainings of base2new, fewshot, cross or domain on executors.",
    description = {
      "Each run (a method, data set, seed, number of shots and setting) is a task. The table is"
          + " identical to that of the same command without a cluster, if --threads is equal. Run"
          + " the same command again to resume. Complete runs are not repeated.",
      "Every machine needs the same files under the same paths: the data, the weights and --out. If"
          + " executors share image features, --feature-cache is needed too. A run has --threads"
          + " threads (default: spark.task.cpus, or 1), and its task has as many cores."
    },
    footer = {
      "  ./kgcoop cluster experiments base2new --config grid.yaml --out /shared/table",
      "  ./kgcoop cluster experiments fewshot --config grid.yaml --clip /shared/ViT-B-16.pt \\",
      "      --feature-cache /shared/features --out /shared/few --master spark://HOST:7077",
      "After the name of the protocol, use the options of ./kgcoop base2new and the others,"
          + " including --help, and those of Spark."
    })
final class ExperimentsCommand implements Callable<Integer> {
  static final String NAME = "experiments";

  private static final String TASK_CORES = "spark.task.cpus";

  @ParentCommand private BooleanSupplier interrupted;

  @Spec private CommandSpec spec;

  @Mixin private SparkOptions spark = new SparkOptions();

  @Parameters(
      paramLabel = "PROTOCOL",
      arity = "1..*",
      description = "base2new, fewshot, cross or domain, followed by its options.")
  private List<String> words = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // picocli sets parent and spec
  ExperimentsCommand() {}

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    ProtocolArguments line = ProtocolArguments.parse(words, out, err);
    if (line.printsHelp()) {
      return 0;
    }
    int threads = threads(line);
    List<String> everywhere = line.arguments(threads);
    ExperimentSession experiments = SharedProtocols.of(everywhere, out, err);
    doMissing(experiments, everywhere, threads);
    experiments.printTable();
    SharedProtocols.close(everywhere);
    return 0;
  }

  private void doMissing(ExperimentSession experiments, List<String> everywhere, int threads) {
    Path table = experiments.out();
    Attempts attempts = new Attempts(table);
    try (LockedFile lock = attempts.lock()) {
      attempts.tidy(experiments.runs());
      List<String> missing =
          experiments.runs().stream().filter(run -> !experiments.isDone(run)).toList();
      int before = experiments.runs().size() - missing.size();
      if (before > 0) {
        experiments
            .progress()
            .message(
                "%s of %s runs were already complete".formatted(before, experiments.runs().size()));
      }
      if (missing.isEmpty()) {
        return;
      }
      try (Session session = spark.open(NAME, Map.of(TASK_CORES, String.valueOf(threads)))) {
        if (session.isLocal()) {
          List<String> line = spec.commandLine().getParent().getParseResult().originalArgs();
          experiments.progress().message("on a cluster: " + Submission.line(line));
        }
        new ExperimentJob(session, everywhere, experiments).run(missing, this::error);
      } catch (KgCoopException e) {
        throw interrupted.getAsBoolean() ? interrupted(experiments, e) : e;
      } finally {
        attempts.tidy(experiments.runs());
      }
    } catch (java.io.IOException e) {
      throw KgCoopException.io(table + ": cannot release this folder: " + e, e);
    }
  }

  private static KgCoopException interrupted(ExperimentSession experiments, KgCoopException cause) {
    long done = experiments.runs().stream().filter(experiments::isDone).count();
    return new KgCoopException(
        KgCoopException.Category.INTERRUPTED,
        "interrupted: %s of %s runs are complete; run the same command again to resume"
            .formatted(done, experiments.runs().size()),
        cause);
  }

  private void error(String text) {
    PrintWriter err = spec.commandLine().getErr();
    err.println("kgcoop: " + text);
    err.flush();
  }

  /** Returns the number of threads of a run, and of cores of its task. */
  private int threads(ProtocolArguments line) {
    @Nullable String cores = spark.setting(TASK_CORES);
    OptionalInt threads = line.threads();
    if (cores != null && threads.isPresent() && !cores.equals("" + threads.getAsInt())) {
      throw KgCoopException.configuration(
          "--threads %s and %s=%s: a run has as many threads as its task has cores; use only one of the two"
              .formatted(threads.getAsInt(), TASK_CORES, cores));
    }
    try {
      return threads.orElse(Integer.parseInt(Objects.requireNonNullElse(cores, "1")));
    } catch (NumberFormatException e) {
      throw new KgCoopException(
          KgCoopException.Category.CONFIGURATION,
          TASK_CORES + "=" + cores + ": expected an integer",
          e);
    }
  }
}
