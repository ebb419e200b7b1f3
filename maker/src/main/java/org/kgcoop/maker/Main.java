package org.kgcoop.maker;

import java.util.function.BooleanSupplier;
import org.kgcoop.cli.Program;
import org.kgcoop.cli.console.BuildVersion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The main class of the data pipeline. The launcher passes the arguments of {@code kgcoop}. */
@Command(
    name = "kgcoop",
    mixinStandardHelpOptions = true,
    versionProvider = BuildVersion.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = PretrainCommand.class)
public final class Main implements Runnable {
  private final BooleanSupplier interrupted;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets spec before it calls anything
  Main(BooleanSupplier interrupted) {
    this.interrupted = interrupted;
  }

  public static void main(String[] arguments) {
    Program.run(arguments, Main::commandLine);
  }

  static CommandLine commandLine(BooleanSupplier interrupted) {
    return Program.commandLine(new Main(interrupted), interrupted);
  }

  /** Returns true if a command should stop at its next safe point. */
  boolean interrupted() {
    return interrupted.getAsBoolean();
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "expected a command");
  }
}
