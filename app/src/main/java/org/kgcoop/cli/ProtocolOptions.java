package org.kgcoop.cli;

import com.google.errorprone.annotations.MustBeClosed;
import java.nio.file.Path;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.experiment.Plan;
import org.kgcoop.experiment.Progress;
import org.kgcoop.experiment.Protocol;
import org.kgcoop.experiment.Workbench;
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

  Path out() {
    return out;
  }

  /** Opens what a call asks for. */
  @MustBeClosed
  Grid open(ProtocolCall call, Progress progress) {
    if (jobs < 1) {
      throw KgCoopException.configuration("--jobs: expected at least 1, got " + jobs);
    }
    if (jobs > 1) {
      clipOptions.useOneThread("--jobs " + jobs);
    }
    training.check(call.output());
    Plan plan =
        new Plan(
            call.sweep()
                .contenders(
                    Parse.list("--methods", methods), methodOptions, training, call.preset()),
            call.shots(),
            Parse.numbers("--seeds", seeds),
            jobs);
    Protocol protocol = call.protocol().get();
    Clip clip = clipOptions.load();
    try {
      Workbench bench =
          new Workbench(
              clip,
              bank.open(clip, call.output()),
              progress,
              call.output()::warn,
              call.main()::interrupted,
              call.main().command());
      return new Grid(call, bench, protocol, plan);
    } catch (RuntimeException e) {
      clip.close();
      throw e;
    }
  }
}
