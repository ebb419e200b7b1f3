package org.kgcoop.cli.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.experiment.Progress;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The messages of every command: results to standard output, progress and warnings to standard
 * error.
 */
public final class Output {
  /** Control characters that JSON lets stand. */
  private static final Pattern DELETE_AND_C1 = Pattern.compile("[\\x7f-\\x9f]");

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(names = "--json", hidden = true)
  private boolean json;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print only results, warnings and errors, no progress.")
  private boolean quiet;

  @Option(
      names = {"-v", "--debug"},
      description = "Print diagnostics, and the stack trace of an error.")
  private boolean debug;

  private final List<Format> formats;

  /** Commands get this option from {@link #install}: its help names their own formats. */
  private @Nullable OptionSpec format;

  /** The form of results. */
  public enum Format {
    TEXT,
    MARKDOWN,
    LATEX,
    CSV,
    JSON,
    JSONL;

    /** The name in options, also of the file that it is written to. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Results as text or as one JSON object. */
  public Output() {
    this(Format.TEXT, Format.JSON);
  }

  /** Results in one of some formats, the first if the user states none. */
  public Output(Format... formats) {
    this.formats = List.of(formats);
  }

  /** Gives a command whose results have formats the option that chooses one. */
  public static void install(CommandSpec command) {
    find(command).ifPresent(output -> output.addFormat(command));
  }

  private void addFormat(CommandSpec command) {
    List<String> ids = formats.stream().map(Format::id).toList();
    String last = ids.get(ids.size() - 1);
    format =
        OptionSpec.builder("--format")
            .type(String.class)
            .paramLabel("FORMAT")
            .completionCandidates(ids)
            .description(
                "Print results as %s or %s (default: %s). --json is short for --format json."
                    .formatted(String.join(", ", ids.subList(0, ids.size() - 1)), last, ids.get(0)))
            .build();
    command.addOption(format);
  }

  /** The format that the user states, or else the first one. */
  public Format format() {
    Object stated = format == null ? null : format.getValue();
    if (stated == null) {
      return json ? Format.JSON : formats.get(0);
    }
    Format found =
        formats.stream()
            .filter(each -> each.id().equals(stated))
            .findFirst()
            .orElseThrow(
                () ->
                    KgCoopException.configuration(
                        "--format %s: expected %s"
                            .formatted(
                                stated,
                                formats.stream()
                                    .map(Format::id)
                                    .collect(Collectors.joining(", ")))));
    if (json && found != Format.JSON) {
      throw KgCoopException.configuration("--json and --format " + stated + ": give one of them");
    }
    return found;
  }

  /** True if the result is to be one JSON object. */
  public boolean isJson() {
    return format() == Format.JSON;
  }

  public boolean isQuiet() {
    return quiet;
  }

  /** The output of a command, for another of its mixins. */
  public static Output of(CommandSpec command) {
    return find(command)
        .orElseThrow(() -> new IllegalStateException(command.name() + " has no Output"));
  }

  /** The output of a command; empty where the command has none, as the line of a protocol alone. */
  public static Optional<Output> find(CommandSpec command) {
    return command.mixins().values().stream()
        .map(CommandSpec::userObject)
        .filter(Output.class::isInstance)
        .map(Output.class::cast)
        .findFirst();
  }

  public PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /** A line of the result; names in it may come from anywhere. */
  public void line(String text) {
    out().println(Messages.line(text));
  }

  /** A part of the result with lines or tabs of its own, such as a table. */
  public void text(String text) {
    out().println(Messages.lines(text));
  }

  /** The result for machines. */
  public void json(JsonNode node) {
    out().println(text(node, true));
  }

  /**
   * JSON as text that a terminal does not act upon.
   *
   * @param pretty true for many lines, false for one
   */
  public static String text(JsonNode node, boolean pretty) {
    try {
      ObjectMapper mapper = new ObjectMapper();
      String text =
          pretty
              ? mapper.writerWithDefaultPrettyPrinter().writeValueAsString(node)
              : mapper.writeValueAsString(node);
      return DELETE_AND_C1.matcher(text).replaceAll(Output::escaped);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String escaped(MatchResult character) {
    return String.format(Locale.ROOT, "\\\\u%04x", (int) character.group().charAt(0));
  }

  /** Something a user should know and may leave. Several threads may say it. */
  public void warn(String text) {
    tell("warning: " + text);
  }

  /** Reports a failure after which the command goes on with the rest. */
  public void error(String text) {
    tell("kgcoop: " + text);
  }

  private synchronized void tell(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(Messages.line(Messages.brief(line)));
    err.flush();
  }

  /** A line that was asked for, to standard error. */
  public void record(String line) {
    tell(line);
  }

  /** A line that {@code --debug} asks for. */
  public void debug(Supplier<String> text) {
    if (debug) {
      tell("kgcoop: " + text.get());
    }
  }

  /** A line about what happens. */
  public void info(String text) {
    if (!quiet) {
      tell(text);
    }
  }

  /** The progress of long work, as the command line wants to hear of it. */
  public Progress progress() {
    return quiet ? Progress.SILENT : new ConsoleProgress(this::info);
  }
}
