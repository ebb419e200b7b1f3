package org.kgcoop.cli.runs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.cli.console.Invocation;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.PortableArguments;
import org.kgcoop.runs.Predictions;
import org.kgcoop.runs.RunFolders;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TargetResult;
import org.kgcoop.tables.StoredRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The command {@code runs rerun}, which repeats a run and compares the results. */
@Command(
    name = "rerun",
    mixinStandardHelpOptions = true,
    header = "Repeat a run in a new folder, and compare the results.",
    description = {
      "",
      "Repeat the command of a run in a new folder, and compare all predictions with the old ones."
          + " The exit code is 1 if they differ. The data and the CLIP weights must have the same"
          + " paths as before. The command is printed first. Only commands that make runs are"
          + " repeated: base2new, cross, demo, domain, fewshot and train.",
      ""
    },
    footer = {"", "Example:", "  ./kgcoop runs rerun runs/table/objects/kgcoop/seed1 --out again"})
final class RunsRerunCommand implements Callable<Integer> {
  /** The options that a repeated run omits, because they affect only the output. */
  private static final Set<String> LEFT_OUT =
      Set.of("--out", "--only", "--json", "--format", "--quiet", "--debug", "--per-set");

  /**
   * The commands that make runs. A run folder may come from somebody else, and its command may be
   * any other, such as one that serves images or deletes runs.
   */
  private static final Set<String> REPEATABLE =
      Set.of("base2new", "cross", "demo", "domain", "fewshot", "train");

  private static final String DATA = "--data=";

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "RUN", description = "A run folder, or its path inside --runs.")
  private Path run;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "Set the folder for the new run. Required, except with --dry-run.")
  private @Nullable Path out;

  @Option(names = "--dry-run", description = "Print the command without running it.")
  private boolean dryRun;

  @Mixin private RunsOptions runs = new RunsOptions();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    Path folder = runs.runFolder(run);
    Path out = this.out;
    List<String> words = words(StoredRun.read(folder, run.toString()), out);
    if (out == null && !dryRun) {
      throw KgCoopException.configuration(
          "--out is missing: a run is repeated in a new folder; --dry-run only prints the"
              + " command");
    }
    output.info("kgcoop " + Messages.shell(words));
    if (out == null || dryRun) {
      return 0;
    }
    if (Files.exists(out)) {
      throw KgCoopException.configuration(
          "--out " + out + ": exists already; expected a new folder");
    }
    int exitCode = Invocation.of(spec).execute(words);
    if (exitCode != 0) {
      return exitCode;
    }
    Path again = RunFolders.isRunFolder(out) ? out : RunFolders.runsBelow(out).get(0);
    List<String> differences = differences(folder, again);
    if (differences.isEmpty()) {
      record Repeated(String run, String sameAs) {}
      output.json(new Repeated(again.toString(), folder.toString()));
      output.print(again + ": the same numbers as " + folder);
      return 0;
    }
    throw new KgCoopException(
        KgCoopException.Category.CHECK,
        again + ": other numbers than " + folder + ": " + String.join("; ", differences));
  }

  /**
   * Returns the arguments of the command that repeats a run.
   *
   * @param out the new folder, or null to omit {@code --out}
   */
  private List<String> words(StoredRun stored, @Nullable Path out) {
    if (stored.command().isEmpty()) {
      throw KgCoopException.configuration(
          stored.path()
              + ": its run.json does not say by which command it was made (a library made it);"
              + " 'runs show' prints its settings");
    }
    Path directory = Path.of(stored.directory());
    ParseResult parsed = Invocation.of(spec).parse(stored.command(), directory).subcommand();
    if (parsed == null || !REPEATABLE.contains(parsed.commandSpec().name())) {
      throw KgCoopException.configuration(
          "%s: its command is '%s'; only runs of %s can be repeated"
              .formatted(
                  stored.path(),
                  Messages.shell(stored.command()),
                  REPEATABLE.stream().sorted().collect(Collectors.joining(", "))));
    }
    List<String> words = new PortableArguments(parsed, directory).without(LEFT_OUT);
    if (parsed.commandSpec().findOption("--only") != null) {
      words.add("--only=" + only(stored));
    }
    if (out != null) {
      words.add("--out=" + out);
    }
    // Other protocols train on --source and evaluate on all data sets of --data.
    boolean trainsOnAll = Set.of("base2new", "fewshot").contains(words.get(0));
    if (trainsOnAll && words.stream().anyMatch(word -> isData(word, stored.dataSet()))) {
      words.removeIf(word -> word.startsWith(DATA) && !isData(word, stored.dataSet()));
    }
    return words;
  }

  /**
   * Returns true if an argument names a data set by the last part of its path, without extension.
   */
  private static boolean isData(String word, String name) {
    String last = word.replaceFirst("[/\\\\]+$", "").replaceFirst("^.*[/\\\\:=]", "");
    return word.startsWith(DATA) && last.replaceFirst("\\.(zip|csv|jsonl|json)$", "").equals(name);
  }

  /** Returns the path of a run relative to its table. The path begins with the data set. */
  private static Path only(StoredRun stored) {
    Path folder = stored.path().toAbsolutePath().normalize();
    for (int i = folder.getNameCount() - 1; i >= 0; i--) {
      if (folder.getName(i).toString().equals(stored.dataSet())) {
        return folder.subpath(i, folder.getNameCount());
      }
    }
    return folder;
  }

  /** Lists the differences between two runs in counts, predictions and confidences. */
  private static List<String> differences(Path before, Path now) {
    List<String> differences = new ArrayList<>();
    List<TargetResult> old = RunResults.read(before).targets();
    List<TargetResult> repeated = RunResults.read(now).targets();
    if (old.size() != repeated.size()) {
      return List.of("%s targets instead of %s".formatted(repeated.size(), old.size()));
    }
    Predictions predicted = Predictions.read(before);
    Predictions again = Predictions.read(now);
    for (int i = 0; i < old.size(); i++) {
      TargetResult a = old.get(i);
      TargetResult b = repeated.get(i);
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
