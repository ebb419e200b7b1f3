package org.kgcoop.cluster;

import java.util.function.BooleanSupplier;
import org.kgcoop.cli.Program;
import org.kgcoop.cli.console.BuildVersion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The main class, for the launcher and for {@code spark-submit}. */
@Command(
    name = "kgcoop cluster",
    mixinStandardHelpOptions = true,
    versionProvider = BuildVersion.class,
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Encode images and run experiments on Apache Spark, if one machine is too small.",
      ""
    },
    subcommands = {FeaturesCommand.class, MergeCommand.class, ExperimentsCommand.class})
public final class Main implements Runnable, BooleanSupplier {
  private final BooleanSupplier interrupted;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets spec before it calls anything
  Main(BooleanSupplier interrupted) {
    this.interrupted = interrupted;
  }

  public static void main(String[] arguments) {
    Program.run(arguments, "interrupted", Main::commandLine);
  }

  static CommandLine commandLine() {
    return commandLine(() -> false);
  }

  private static CommandLine commandLine(BooleanSupplier interrupted) {
    CommandLine commandLine = Program.commandLine(new Main(interrupted), interrupted);
    for (CommandLine subcommand : commandLine.getSubcommands().values()) {
      // All arguments after the name of a protocol belong to the protocol.
      subcommand.setStopAtPositional(subcommand.getCommand() instanceof ExperimentsCommand);
    }
    return commandLine;
  }

  /** Returns true if work should stop. */
  @Override
  public boolean getAsBoolean() {
    return interrupted.getAsBoolean();
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "expected a command");
  }
}
