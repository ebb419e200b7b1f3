package org.kgcoop.cluster;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.kgcoop.bank.BankMerge;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Brings a bank into files that follow from its content alone. */
@Command(
    name = "merge",
    mixinStandardHelpOptions = true,
    header = "Sort a bank into files that follow from its content alone.",
    description = {
      "",
      "Sort the features of a bank on this machine into files that depend on nothing but the"
          + " features: two banks of the same ones are then equal in every byte (the .seconds beside"
          + " the files apart), and a bank of many small files opens quicker.",
      ""
    })
final class MergeCommand implements Callable<Integer> {
  @Parameters(paramLabel = "BANK", description = "The folder that --bank names.")
  private Path bank;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  MergeCommand() {}

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    long features = BankMerge.merge(bank, line -> err.println("warning: " + line));
    spec.commandLine().getOut().println(features + " features in " + bank);
    return 0;
  }
}
