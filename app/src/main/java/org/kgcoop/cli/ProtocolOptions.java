package org.kgcoop.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.experiment.Plan;
import org.kgcoop.experiment.Protocol;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What every protocol asks for: what is compared, how it is trained, where it is kept. */
final class ProtocolOptions {
  @Option(names = "--out", required = true, paramLabel = "DIR", description = "The run folder.")
  private Path out;

  @Option(
      names = "--methods",
      paramLabel = "LIST",
      defaultValue = "clip,coop,prograd,cocoop,kgcoop",
      description =
          "Of clip, ensemble (clip with several templates), probe (linear, of image features), coop,"
              + " prograd, cocoop, kgcoop (default: ${DEFAULT-VALUE}).")
  private String methods;

  @Option(
      names = "--seeds",
      paramLabel = "LIST",
      defaultValue = "1,2,3",
      description = "Default: ${DEFAULT-VALUE}.")
  private String seeds;

  @Option(
      names = "--jobs",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Runs side by side, each with one thread, for small models (default: ${DEFAULT-VALUE}).")
  private int jobs;

  @Mixin private ClipOptions clipOptions = new ClipOptions();
  @Mixin private MethodOptions methodOptions = new MethodOptions();
  @Mixin private TrainingOptions training = new TrainingOptions();
  @Mixin private BankOptions bank = new BankOptions();

  @SuppressWarnings("NullAway.Init") // picocli sets the required options
  ProtocolOptions() {}

  /**
   * Carries a protocol out and prints its table.
   *
   * @param sweep a mixin of the command itself, whose line it reads
   * @param protocol made when the other options are known to be right
   * @param perSet whether rows for each data set are printed too
   * @return the exit code
   */
  int run(
      Sweep sweep,
      Supplier<Protocol> protocol,
      List<Integer> shots,
      boolean perSet,
      Output output,
      Main main) {
    if (jobs < 1) {
      throw KgCoopException.configuration("--jobs: expected at least 1, got " + jobs);
    }
    if (jobs > 1) {
      clipOptions.useOneThread("--jobs " + jobs);
    }
    Plan plan =
        new Plan(
            sweep.contenders(Parse.list("--methods", methods), methodOptions, training),
            shots,
            Parse.numbers("--seeds", seeds),
            jobs);
    Protocol made = protocol.get();
    try (Clip clip = clipOptions.load()) {
      TableView.run(Parse.workbench(clip, bank.open(clip, output), output, main), made, plan, out)
          .print(output, perSet);
    }
    return 0;
  }
}
