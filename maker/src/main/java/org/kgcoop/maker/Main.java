package org.kgcoop.maker;

import java.util.function.BooleanSupplier;
import org.kgcoop.cli.console.BuildVersion;
import org.kgcoop.cli.console.CommandErrors;
import org.kgcoop.cli.console.Interrupts;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The start of the program that makes models; the launcher gives it the words of {@code kgcoop}.
 */
@Command(
    name = "kgcoop",
    mixinStandardHelpOptions = true,
    versionProvider = BuildVersion.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = PretrainCommand.class)
public final class Main implements Runnable {
  private final BooleanSupplier interrupted;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets spec before anything is called
  Main(BooleanSupplier interrupted) {
    this.interrupted = interrupted;
  }

  public static void main(String[] arguments) {
    int exitCode;
    try (Interrupts interrupts = new Interrupts()) {
      exitCode = commandLine(interrupts::asked).execute(arguments);
    }
    System.exit(exitCode);
  }

  static CommandLine commandLine(BooleanSupplier interrupted) {
    CommandLine commandLine = new CommandLine(new Main(interrupted));
    commandLine.setUsageHelpAutoWidth(true);
    commandLine.setExpandAtFiles(false);
    for (CommandLine subcommand : commandLine.getSubcommands().values()) {
      subcommand.getCommandSpec().usageMessage().sortOptions(false).abbreviateSynopsis(true);
    }
    CommandErrors.install(commandLine, interrupted);
    return commandLine;
  }

  /** True if work should stop at its next safe place. */
  boolean interrupted() {
    return interrupted.getAsBoolean();
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "expected a command");
  }
}
