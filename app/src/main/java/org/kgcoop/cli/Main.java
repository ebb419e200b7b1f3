package org.kgcoop.cli;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.classify.EvalCommand;
import org.kgcoop.cli.classify.ExportCommand;
import org.kgcoop.cli.classify.PredictCommand;
import org.kgcoop.cli.classify.ServeCommand;
import org.kgcoop.cli.console.BuildVersion;
import org.kgcoop.cli.console.Invocation;
import org.kgcoop.cli.embed.EmbedCommand;
import org.kgcoop.cli.embed.SearchCommand;
import org.kgcoop.cli.experiment.AdaptCommand;
import org.kgcoop.cli.experiment.BaseToNewCommand;
import org.kgcoop.cli.experiment.CrossCommand;
import org.kgcoop.cli.experiment.DemoCommand;
import org.kgcoop.cli.experiment.DomainCommand;
import org.kgcoop.cli.experiment.FewShotCommand;
import org.kgcoop.cli.experiment.TrainCommand;
import org.kgcoop.cli.files.DownloadCommand;
import org.kgcoop.cli.files.InspectCommand;
import org.kgcoop.cli.label.LabelCommand;
import org.kgcoop.cli.options.SettingOptions;
import org.kgcoop.cli.options.SettingSources;
import org.kgcoop.cli.runs.ReportCommand;
import org.kgcoop.cli.runs.RunsCommand;
import org.kgcoop.files.NativeSettings;
import org.kgcoop.files.SystemRequirements;
import org.kgcoop.runs.ProtocolKind;
import org.kgcoop.tensor.NativeLibraries;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The entry point of the program. */
@Command(
    name = "kgcoop",
    mixinStandardHelpOptions = true,
    versionProvider = BuildVersion.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "Adapt CLIP to your classes with a few images: prompt tuning and other methods.",
    footer = {
      "Extra commands (source checkout only; built on first use):",
      "  bench      Measure the speed of kgcoop, and recompute reference numbers.",
      "  cluster    Compute features and experiments on Apache Spark.",
      "Start with: ./kgcoop demo. Help: ./kgcoop help train",
      "Exit codes: 0 success, 1 failed check, 2 usage or configuration, 3 data, 4 weights or"
          + " classifier file, 5 other input/output or memory, 7 diverged training. Code 6 is"
          + " success with skipped images (--skip-bad), 70 a bug, 130 an interruption."
    })
public final class Main implements Callable<Integer>, Invocation {
  private static final List<Class<?>> COMMANDS =
      List.of(
          DemoCommand.class,
          InspectCommand.class,
          DownloadCommand.class,
          LabelCommand.class,
          AdaptCommand.class,
          TrainCommand.class,
          EvalCommand.class,
          PredictCommand.class,
          EmbedCommand.class,
          SearchCommand.class,
          ServeCommand.class,
          ExportCommand.class,
          BaseToNewCommand.class,
          FewShotCommand.class,
          CrossCommand.class,
          DomainCommand.class,
          ReportCommand.class,
          RunsCommand.class,
          HelpCommand.class);

  /** The commands that always compute with a CLIP model. */
  static final Set<String> COMPUTING =
      protocols("adapt", "demo", "embed", "eval", "label", "predict", "search", "serve", "train");

  /**
   * The commands whose folder keeps what is done. Others keep at most the features of images, and
   * say so where they compute them.
   */
  private static final Set<String> RESUMING =
      protocols("adapt", "demo", "download", "label", "train");

  private static Set<String> protocols(String... others) {
    return Stream.concat(ProtocolKind.ids().stream(), Stream.of(others))
        .collect(Collectors.toUnmodifiableSet());
  }

  private final BooleanSupplier interrupted;

  @Spec private CommandSpec spec;

  Main(BooleanSupplier interrupted) {
    this.interrupted = interrupted;
  }

  @SuppressWarnings("SystemOut")
  public static void main(String[] arguments) {
    List<String> words = List.of(arguments);
    if (words.equals(List.of("--version")) || words.equals(List.of("-V"))) {
      System.out.println(BuildVersion.line()); // without the commands, which take a second
      return;
    }
    NativeSettings.quiet();
    if (computes(words)) {
      SystemRequirements.warning().ifPresent(text -> System.err.println("warning: " + text));
      NativeLibraries.loadAhead();
    }
    Program.run(arguments, interruption(words), interrupted -> commandLine(interrupted, words));
  }

  /** Returns the message about an interruption at any moment. */
  private static String interruption(List<String> words) {
    return !words.isEmpty() && RESUMING.contains(words.get(0))
        ? "interrupted; run the same command again to resume"
        : "interrupted";
  }

  /** Returns true if a command line needs the native libraries. It looks only at the arguments. */
  static boolean computes(List<String> words) {
    return !words.isEmpty()
        && COMPUTING.contains(words.get(0))
        && !words.contains("--help")
        && !words.contains("-h");
  }

  /** Makes the command line of the program. */
  static CommandLine commandLine(BooleanSupplier interrupted) {
    return commandLine(interrupted, List.of());
  }

  /**
   * Makes the command line for some words. If they name a command or ask for its help, the others
   * are left out, because it takes time to make their options.
   *
   * @param interrupted true if work should stop
   */
  private static CommandLine commandLine(BooleanSupplier interrupted, List<String> words) {
    CommandSpec program = CommandSpec.forAnnotatedObject(new Main(interrupted));
    Optional<String> word =
        words.stream().skip(words.size() == 2 && words.get(0).equals("help") ? 1 : 0).findFirst();
    List<Class<?>> named =
        COMMANDS.stream()
            .filter(each -> each == HelpCommand.class || word.equals(Optional.of(name(each))))
            .toList();
    for (Class<?> command : named.size() == 1 ? COMMANDS : named) {
      program.addSubcommand(name(command), new CommandLine(command));
    }
    CommandLine commandLine = Program.commandLine(program, interrupted);
    commandLine.getSubcommands().values().forEach(SettingOptions::install);
    IParameterExceptionHandler handler = commandLine.getParameterExceptionHandler();
    commandLine.setParameterExceptionHandler(
        (e, each) -> handler.handleParseException(SettingSources.named(e), each));
    return commandLine;
  }

  private static String name(Class<?> command) {
    return Objects.requireNonNull(command.getAnnotation(Command.class)).name();
  }

  @Override
  public boolean interrupted() {
    return interrupted.getAsBoolean();
  }

  @Override
  public List<String> arguments() {
    return spec.commandLine().getParseResult().originalArgs();
  }

  /** Prints the help to standard error if no command is given, as uv does. */
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return KgCoopException.Category.CONFIGURATION.exitCode();
  }
}
