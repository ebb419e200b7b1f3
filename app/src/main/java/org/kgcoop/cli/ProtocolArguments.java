package org.kgcoop.cli;

import com.google.errorprone.annotations.MustBeClosed;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Nearest;
import org.kgcoop.cli.console.CommandErrors;
import org.kgcoop.cli.experiment.ExperimentSession;
import org.kgcoop.cli.experiment.ProtocolCommand;
import org.kgcoop.cli.options.PortableArguments;
import org.kgcoop.cli.options.SettingSources;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.ProtocolKind;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * The parsed command line of a protocol, for programs that distribute its runs. Such a program
 * accepts the same arguments as a single machine.
 */
public final class ProtocolArguments {
  /** The names of the protocols. */
  public static final List<String> PROTOCOLS = ProtocolKind.ids();

  /** The options that {@code --threads} replaces. */
  private static final Set<String> REPLACED = Set.of("--jobs", "--threads");

  private final ParseResult parsed;

  private ProtocolArguments(ParseResult parsed) {
    this.parsed = parsed;
  }

  /**
   * Parses the arguments of a protocol.
   *
   * @param words the name of a protocol and its options, including {@code --config}
   * @param out the writer of the table
   * @param err the writer of warnings and progress
   * @throws KgCoopException of the kind CONFIGURATION if the arguments are wrong
   */
  public static ProtocolArguments parse(List<String> words, PrintWriter out, PrintWriter err) {
    String protocol = words.isEmpty() ? "" : words.get(0);
    if (!PROTOCOLS.contains(protocol)) {
      String named = protocol.isEmpty() ? "no protocol is named" : protocol;
      throw KgCoopException.configuration(
          "%s: expected one of %s, then its options%s"
              .formatted(named, String.join(", ", PROTOCOLS), Nearest.hint(protocol, PROTOCOLS)));
    }
    CommandLine commandLine = Main.commandLine(() -> false);
    commandLine.setOut(out);
    commandLine.setErr(err);
    String[] arguments = words.toArray(String[]::new);
    try {
      ParseResult parsed = commandLine.parseArgs(arguments).subcommand();
      if (parsed.commandSpec().findOption("--only").getValue() != null) {
        throw KgCoopException.configuration("--only does its run on this machine: leave it out");
      }
      return new ProtocolArguments(parsed);
    } catch (ParameterException e) {
      throw CommandErrors.wrongWords(SettingSources.named(e), arguments);
    }
  }

  /** Prints the help of the protocol if the arguments request it. */
  public boolean printsHelp() {
    return CommandLine.printHelpIfRequested(parsed);
  }

  /**
   * Returns the number of threads per run, or an empty result if the arguments do not set it.
   * Parallel runs use one thread each.
   */
  public OptionalInt threads() {
    @Nullable Integer threads = parsed.commandSpec().findOption("--threads").getValue();
    int jobs = parsed.commandSpec().findOption("--jobs").getValue();
    if (jobs > 1 && threads != null && threads > 1) {
      throw KgCoopException.configuration(
          "--jobs %s goes with one thread a run: leave out --threads %s".formatted(jobs, threads));
    }
    return jobs > 1 || threads != null
        ? OptionalInt.of(jobs > 1 ? 1 : Objects.requireNonNull(threads))
        : OptionalInt.empty();
  }

  /**
   * Returns equivalent arguments for another process in any folder, with a fixed number of threads.
   */
  public List<String> arguments(int threads) {
    List<String> arguments = new PortableArguments(parsed).without(REPLACED);
    arguments.add("--threads=" + threads);
    return arguments;
  }

  /** Opens the data sets and loads the weights. Runs print nothing. */
  @MustBeClosed
  public ExperimentSession open() {
    return ((ProtocolCommand) parsed.commandSpec().userObject()).open(Progress.SILENT);
  }
}
