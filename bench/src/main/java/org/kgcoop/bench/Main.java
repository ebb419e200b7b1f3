package org.kgcoop.bench;

import java.util.function.BooleanSupplier;
import org.kgcoop.cli.Program;
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
    Program.run(arguments, Main::commandLine);
  }

  static CommandLine commandLine(BooleanSupplier interrupted) {
    return Program.commandLine(new Main(), interrupted).setCaseInsensitiveEnumValuesAllowed(true);
  }
}
