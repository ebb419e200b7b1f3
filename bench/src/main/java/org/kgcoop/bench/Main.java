package org.kgcoop.bench;

import java.util.function.BooleanSupplier;
import org.kgcoop.cli.Program;
import org.kgcoop.verify.VerifyCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The benchmarks, and the verification of reference numbers. */
@Command(
    name = "kgcoop bench",
    mixinStandardHelpOptions = true,
    description =
        "Compare the speed of kgcoop with a plain implementation of the published algorithm. Both"
            + " alternate in the same process, with random weights of the shapes of ViT-B/16.",
    subcommands = {
      TextBench.class,
      EncodersBench.class,
      ImageBench.class,
      PhotosBench.class,
      TrainBench.class,
      GrowthBench.class,
      AdaptBench.class,
      TagBench.class,
      LabelBench.class,
      OnnxBench.class,
      PrecisionBench.class,
      VerifyCommand.class
    })
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    Program.run(arguments, "interrupted", Main::commandLine);
  }

  static CommandLine commandLine(BooleanSupplier interrupted) {
    return Program.commandLine(new Main(), interrupted).setCaseInsensitiveEnumValuesAllowed(true);
  }
}
