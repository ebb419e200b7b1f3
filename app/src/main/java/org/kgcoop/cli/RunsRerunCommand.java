package org.kgcoop.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.runs.Predictions;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TargetResult;
import org.kgcoop.tables.RunFilter;
import org.kgcoop.tables.RunsBelow;
import org.kgcoop.tables.StoredRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Makes a run again. */
@Command(
    name = "rerun",
    mixinStandardHelpOptions = true,
    header = "Make a run again in another folder, and compare the numbers.",
    description = {
      "",
      "Gives the command that made the run once more, narrowed to its method, seed, shots, data set"
          + " and setting, and tells whether every prediction is the same (exit code 1 if not).",
      ""
    },
    footer = {"", "Example:", "  ./kgcoop runs rerun runs/table/objects/kgcoop/seed1 --out again"})
final class RunsRerunCommand implements Callable<Integer> {
  @ParentCommand private RunsCommand parent;

  @Parameters(paramLabel = "RUN", description = "A run folder, or its name below --runs.")
  private Path run;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "A new folder, needed but for --dry-run.")
  private @Nullable Path out;

  @Option(names = "--dry-run", description = "Only print the command.")
  private boolean dryRun;

  @Mixin private RunsOptions runs = new RunsOptions();
  @Mixin private Output output = new Output();

  @SuppressWarnings("NullAway.Init") // picocli sets the parameters
  RunsRerunCommand() {}

  @Override
  public Integer call() {
    Path folder = runs.runFolder(run);
    StoredRun before = runs.run(folder);
    Path out = this.out;
    List<String> words = RerunWords.of(before, out);
    if (out == null && !dryRun) {
      throw KgCoopException.configuration(
          "--out is missing: a run is made again in a new folder; --dry-run only prints the command");
    }
    output.info("kgcoop " + ShellWords.join(words));
    if (out == null || dryRun) {
      return 0;
    }
    if (Files.exists(out)) {
      throw KgCoopException.configuration(
          "--out " + out + ": is there already; a run is made again in a new folder");
    }
    int exitCode = parent.main().again(words);
    if (exitCode != 0) {
      return exitCode;
    }
    Path again = again(before, out);
    List<String> differences = differences(folder, again);
    if (differences.isEmpty()) {
      output.line(again + ": the same numbers as " + folder);
      return 0;
    }
    throw new KgCoopException(
        KgCoopException.Category.CHECK,
        again + ": other numbers than " + folder + ": " + String.join("; ", differences));
  }

  private Path again(StoredRun before, Path out) {
    RunFilter same =
        new RunFilter(
            List.of(before.method()),
            List.of(before.dataSet()),
            List.of(),
            before.seed() == null ? List.of() : List.of(before.seed()),
            List.of(before.shots()),
            Map.of());
    List<StoredRun> found =
        RunsBelow.read(out, output::warn).runs(same).stream()
            .filter(r -> sameMethod(r, before))
            .toList();
    if (found.size() != 1) {
      throw new KgCoopException(
          KgCoopException.Category.CHECK,
          "%s: expected one run like %s, got %s".formatted(out, before.path(), found.size()));
    }
    return found.get(0).path();
  }

  private static boolean sameMethod(StoredRun a, StoredRun b) {
    return method(a).equals(method(b));
  }

  private static List<String> method(StoredRun run) {
    return run.settings().entrySet().stream()
        .filter(e -> e.getKey().startsWith("method."))
        .map(Object::toString)
        .toList();
  }

  /** What is not equal: counts, predictions, confidences. */
  private static List<String> differences(Path before, Path now) {
    List<String> differences = new ArrayList<>();
    List<TargetResult> old = RunResults.read(before).targets();
    List<TargetResult> made = RunResults.read(now).targets();
    if (old.size() != made.size()) {
      return List.of("%s targets instead of %s".formatted(made.size(), old.size()));
    }
    Predictions predicted = Predictions.read(before);
    Predictions again = Predictions.read(now);
    for (int i = 0; i < old.size(); i++) {
      TargetResult a = old.get(i);
      TargetResult b = made.get(i);
      if (!a.equals(b) || !predicted.target(a.name()).equals(again.target(b.name()))) {
        differences.add(
            "%s %s of %s right instead of %s"
                    .formatted(b.name(), b.correct(), b.total(), a.correct())
                + (a.correct() == b.correct() ? ", by other predictions" : ""));
      }
    }
    return differences;
  }
}
