package org.kgcoop.bench;

import org.kgcoop.cli.console.CommandErrors;
import org.kgcoop.verify.VerifyCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The benchmarks, and the check of reference numbers. */
@Command(
    name = "kgcoop bench",
    mixinStandardHelpOptions = true,
    description =
        "Time the published algorithm, written plainly, against ours: same process, by turns,"
            + " random weights with the shapes of ViT-B/16.",
    subcommands = {
      TextBench.class,
      EncodersBench.class,
      ImageBench.class,
      TrainBench.class,
      FeaturesBench.class,
      EvaluateBench.class,
      AdaptBench.class,
      AdaptCalibrationBench.class,
      AdaptSpeedBench.class,
      PreprocessBench.class,
      LoadBench.class,
      OnnxBench.class,
      ServeBench.class,
      VerifyCommand.class
    })
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true);
    CommandErrors.install(commandLine, () -> false);
    return commandLine;
  }
}
