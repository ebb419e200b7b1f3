package org.kgcoop.cli;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.bank.Augmentation;
import org.kgcoop.prompt.Occasion;
import org.kgcoop.prompt.Preset;
import org.kgcoop.prompt.PromptMethod;
import org.kgcoop.train.Decay;
import org.kgcoop.train.Sampler;
import org.kgcoop.train.Schedule;
import org.kgcoop.train.TrainingSettings;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** How methods are trained. */
final class TrainingOptions {
  private static final String PUBLISHED = "--published";

  /** They decide nothing of what is learned. */
  private static final Set<String> BESIDE = Set.of(PUBLISHED, "--checkpoint-every", "--config");

  @SuppressWarnings("UnusedVariable") // what it stands for is put in its place before parsing
  @Mixin
  private ConfigOptions config = new ConfigOptions();

  @Option(
      names = PUBLISHED,
      description =
          "Train as the published code does: a new random view in every epoch (--augment online,"
              + " slow), epochs and batches by method, data set and shots. Goes with no other option"
              + " of training.")
  private boolean published;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description =
          "Default: the method's published one (CoOp 200, CoCoOp 10, the others 100; CoOp and"
              + " ProGrad 50 on ImageNet, and in fewshot by the number of shots).")
  private @Nullable Integer epochs;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description =
          "Pictures a step (default: the method's published one: CoOp and ProGrad 32, CoCoOp 1,"
              + " KgCoOp 128).")
  private @Nullable Integer batchSize;

  @Option(
      names = "--lr",
      paramLabel = "RATE",
      defaultValue = "0.002",
      description = "Learning rate (default: ${DEFAULT-VALUE}).")
  private double rate = TrainingSettings.RATE;

  @Option(
      names = "--decay",
      paramLabel = "KIND",
      defaultValue = "cosine",
      description =
          "How the rate falls: cosine, step:N (every N epochs) or steps:N,N,... (after these epochs)"
              + " (default: ${DEFAULT-VALUE}).")
  private String decay = "cosine";

  @Option(
      names = "--gamma",
      paramLabel = "X",
      defaultValue = "0.1",
      description = "What a step multiplies the rate by (default: ${DEFAULT-VALUE}).")
  private double gamma = 0.1;

  @Option(
      names = "--schedule",
      paramLabel = "NAME",
      defaultValue = "current",
      description =
          "current (Dassl recounts after the warm-up) or paper-era (default: ${DEFAULT-VALUE}).")
  private String schedule = "current";

  @Option(
      names = "--warmup",
      paramLabel = "KIND",
      defaultValue = "constant",
      description = "constant, linear or none (default: ${DEFAULT-VALUE}).")
  private String warmup = "constant";

  @Option(
      names = "--warmup-epochs",
      paramLabel = "N",
      defaultValue = "1",
      description = "Default: ${DEFAULT-VALUE}.")
  private int warmupEpochs = 1;

  @Option(
      names = "--warmup-lr",
      paramLabel = "RATE",
      defaultValue = "1e-5",
      description = "Default: ${DEFAULT-VALUE}.")
  private double warmupRate = 1e-5;

  @Mixin private OptimizerOptions optimizer = new OptimizerOptions();

  @Option(
      names = "--sampler",
      paramLabel = "KIND",
      defaultValue = "random",
      description =
          "random, sequential, or random-class:N (each batch N pictures of each of some classes)"
              + " (default: ${DEFAULT-VALUE}).")
  private String sampler = "random";

  @Option(
      names = "--augment",
      paramLabel = "KIND",
      defaultValue = "bank:8",
      description =
          "online (a new random view in every epoch, as published), bank:V (V random views encoded"
              + " once) or test (one fixed view) (default: ${DEFAULT-VALUE}).")
  private String augmentation = "bank:8";

  @Mixin private TransformOptions transforms = new TransformOptions();

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      defaultValue = "5",
      description = "Epochs between checkpoints (default: ${DEFAULT-VALUE}).")
  private int checkpointEvery = 5;

  @Option(
      names = "--keep",
      paramLabel = "WHICH",
      defaultValue = "last",
      description = "last epoch, or best on the validation pictures (default: ${DEFAULT-VALUE}).")
  private String keep = "last";

  /** Refuses what contradicts each other, and tells of what has no effect. */
  void check(Output output) {
    if (published) {
      refuse(
          new CommandLine(new TrainingOptions())
              .getCommandSpec().options().stream()
                  .map(OptionSpec::longestName)
                  .filter(name -> !BESIDE.contains(name) && output.isGiven(name))
                  .toList());
    }
    if (augmentation.equals("test") && transforms.areGiven()) {
      output.warn("--augment test sees one fixed view: --transforms changes nothing");
    }
  }

  /** Refuses a sweep of its settings where they are to be the published ones. */
  void checkSweep(Set<String> keys) {
    if (published) {
      refuse(keys.stream().map(key -> "--sweep " + key).toList());
    }
  }

  private static void refuse(List<String> others) {
    if (!others.isEmpty()) {
      throw KgCoopException.configuration(
          "--published sets the training as published: leave out "
              + String.join(", ", others)
              + "; or leave out --published, and give --augment online for its views");
    }
  }

  /**
   * How a method is trained.
   *
   * @param preset where epochs and batches come from that nobody gives
   */
  TrainingSettings settings(PromptMethod method, Occasion occasion, Preset preset) {
    PromptMethod.Defaults defaults = preset.training(method, occasion);
    return new TrainingSettings(
        new Schedule(
            rate,
            epochs == null ? defaults.epochs() : epochs,
            Decay.ofId(decay, gamma),
            Schedule.Warmup.ofId(warmup),
            warmupEpochs,
            warmupRate,
            Schedule.Variant.ofId(schedule)),
        batchSize == null ? defaults.batchSize() : batchSize,
        optimizer.rule(),
        Sampler.ofId(sampler),
        occasion.seed(),
        Augmentation.ofId(published ? "online" : augmentation, transforms.recipe()),
        checkpointEvery,
        keepBest());
  }

  private boolean keepBest() {
    return switch (keep) {
      case "last" -> false;
      case "best" -> true;
      default -> throw KgCoopException.configuration("--keep " + keep + ": expected last or best");
    };
  }
}
