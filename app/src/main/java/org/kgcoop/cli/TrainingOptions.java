package org.kgcoop.cli;

import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.bank.Augmentation;
import org.kgcoop.prompt.PromptMethod;
import org.kgcoop.train.Schedule;
import org.kgcoop.train.TrainingSettings;
import picocli.CommandLine.Option;

/** How methods are trained. */
final class TrainingOptions {
  private static final int DEMO_BATCH = 32;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Default: the method's published one (CoOp 200, CoCoOp 10, the others 100).")
  private @Nullable Integer epochs;

  private double partOfEpochs = 1;

  /** Whether larger published batches are cut to that of CoOp: few pictures make few steps. */
  private boolean demoBatch;

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

  @Option(
      names = "--momentum",
      paramLabel = "X",
      defaultValue = "0.9",
      description = "Default: ${DEFAULT-VALUE}.")
  private double momentum = TrainingSettings.MOMENTUM;

  @Option(
      names = "--weight-decay",
      paramLabel = "X",
      defaultValue = "5e-4",
      description = "Default: ${DEFAULT-VALUE}.")
  private double weightDecay = TrainingSettings.WEIGHT_DECAY;

  @Option(
      names = "--augment",
      paramLabel = "KIND",
      defaultValue = "bank:8",
      description =
          "online (a new random crop in every epoch, as published), bank:V (V random crops encoded"
              + " once) or test (one fixed view) (default: ${DEFAULT-VALUE}).")
  private String augmentation = "bank:8";

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

  /** One rule for all methods, chosen on the embedded set {@code tuning}. */
  static TrainingOptions forDemo() {
    TrainingOptions options = new TrainingOptions();
    options.rate = 0.05;
    options.partOfEpochs = 0.1;
    options.warmup = "none";
    options.demoBatch = true;
    options.augmentation = "test";
    return options;
  }

  TrainingSettings settings(PromptMethod method, long seed) {
    int length =
        epochs == null
            ? (int) Math.max(1, Math.round(partOfEpochs * method.defaults().epochs()))
            : epochs;
    return new TrainingSettings(
        new Schedule(
            rate,
            length,
            Schedule.Warmup.ofId(warmup),
            warmupEpochs,
            warmupRate,
            Schedule.Variant.ofId(schedule)),
        batchSize == null ? publishedBatch(method) : batchSize,
        momentum,
        weightDecay,
        seed,
        Augmentation.ofId(augmentation),
        checkpointEvery,
        keepBest());
  }

  private int publishedBatch(PromptMethod method) {
    int published = method.defaults().batchSize();
    return demoBatch ? Math.min(DEMO_BATCH, published) : published;
  }

  private boolean keepBest() {
    return switch (keep) {
      case "last" -> false;
      case "best" -> true;
      default -> throw KgCoopException.configuration("--keep " + keep + ": expected last or best");
    };
  }
}
