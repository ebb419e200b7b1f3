package org.kgcoop.cli.options;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.PublishedDefaults;
import org.kgcoop.cli.console.Output;
import org.kgcoop.trial.ExperimentPlan;
import org.kgcoop.trial.MethodSpec;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every protocol: the methods to compare, their training, and the run folder. */
public final class ProtocolOptions {
  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description =
          "Set the folder of the table. Required, except for --dry-run, which leaves"
              + " out the finished runs in it.")
  private @Nullable Path out;

  @Option(
      names = "--methods",
      paramLabel = "LIST",
      completionCandidates = MethodNames.class,
      description =
          "Choose the methods, comma separated. They are ${COMPLETION-CANDIDATES} (default:"
              + " ${DEFAULT-VALUE}). Methods with fixed classes, such as probe, work only in"
              + " fewshot and domain. The command help methods describes all of them.")
  private String methods = MethodNames.TABLE;

  @Option(
      names = "--seeds",
      paramLabel = "LIST",
      description =
          "Set the seeds, comma separated. Each method is trained once per seed, with other"
              + " training images (default: ${DEFAULT-VALUE}).")
  private String seeds = "1,2,3";

  @Option(
      names = {"-j", "--jobs"},
      paramLabel = "N",
      description =
          "Set the number of parallel runs (default: ${DEFAULT-VALUE}). Each has one"
              + " thread. More than one is faster for small models.")
  private int jobs = 1;

  @Rare
  @Option(
      names = "--only",
      paramLabel = "RUN",
      description =
          "Execute only the run with this folder below --out, such as pets/kgcoop/seed1, and print"
              + " no table.")
  private @Nullable Path only;

  @Option(
      names = "--dry-run",
      description =
          "Print runs, missing data, time and disk space. Time and space are estimates."
              + " Measures an image and a step of each method and runs nothing else.")
  private boolean dryRun;

  @Mixin private Sweep sweep = new Sweep();
  @Mixin private SettingOptions settings = new SettingOptions();
  @Mixin private FeatureCacheOptions cache = new FeatureCacheOptions();

  /**
   * Returns the folder for the table and its runs.
   *
   * @throws KgCoopException if it is missing
   */
  public Path out() {
    return outIfGiven()
        .orElseThrow(() -> KgCoopException.configuration("--out: expected a folder for the table"));
  }

  /** Returns the folder for the table and its runs, which a plan does not need. */
  public Optional<Path> outIfGiven() {
    return Optional.ofNullable(out);
  }

  public boolean isDryRun() {
    return dryRun;
  }

  public @Nullable Path only() {
    return only;
  }

  public FeatureCacheOptions cache() {
    return cache;
  }

  /**
   * Returns the plan of the comparison. Runs in parallel use one thread each.
   *
   * @param newClasses true if the protocol tests every method on classes without training images
   */
  public ExperimentPlan plan(
      List<Integer> shots,
      PublishedDefaults preset,
      boolean newClasses,
      ClipOptions clip,
      Output output) {
    if (jobs < 1) {
      throw KgCoopException.configuration("--jobs: expected at least 1, got " + jobs);
    }
    if (jobs > 1) {
      clip.useOneThread("--jobs " + jobs);
    }
    settings.check(output);
    List<MethodSpec> specs = sweep.specs(Parse.list("--methods", methods), settings, preset);
    if (newClasses) {
      specs.forEach(spec -> spec.recipe().checkNewClasses());
    }
    return new ExperimentPlan(specs, shots, Parse.numbers("--seeds", seeds), jobs);
  }
}
