package org.kgcoop.cli.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.files.Json;
import org.kgcoop.progress.Progress;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The output of every command. Results go to standard output, progress and warnings to standard
 * error.
 */
public final class Output {
  /** Control characters that JSON does not escape. */
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

  /** The option that {@link #install} adds, because each command's help lists its own formats. */
  private @Nullable OptionSpec format;

  /** The format of results. */
  public enum Format {
    TEXT,
    MARKDOWN,
    LATEX,
    CSV,
    JSON,
    JSONL,
    /** A binary file, only for commands that write one. */
    PARQUET;

    /** Returns the name of the format in options and file names. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Creates an output as text or as one JSON object. */
  public Output() {
    this(Format.TEXT, Format.JSON);
  }

  /** Creates an output in one of several formats. The first format is the default. */
  public Output(Format... formats) {
    this.formats = List.of(formats);
  }

  /** Adds the option {@code --format} to a command with output, in the formats of its results. */
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
    command.mixins().values().stream()
        .filter(mixin -> mixin.userObject() == this)
        .forEach(mixin -> mixin.addOption(format)); // the help groups options by mixin
  }

  /** Returns the format that the user chose, or the default. */
  public Format format() {
    Object chosen = format == null ? null : format.getValue();
    if (chosen == null) {
      return json ? Format.JSON : formats.get(0);
    }
    List<String> ids = formats.stream().map(Format::id).toList();
    if (!ids.contains(chosen)) {
      throw KgCoopException.configuration(
          "--format %s: expected %s".formatted(chosen, String.join(", ", ids)));
    }
    Format found = formats.get(ids.indexOf(chosen));
    if (json && found != Format.JSON) {
      throw KgCoopException.configuration("--json and --format " + chosen + ": give one of them");
    }
    return found;
  }

  /** Returns true if the result is one JSON object. */
  public boolean isJson() {
    return format() == Format.JSON;
  }

  public boolean isQuiet() {
    return quiet;
  }

  /** Returns the output of a command, for another of its mixins. */
  public static Output of(CommandSpec command) {
    return find(command)
        .orElseThrow(() -> new IllegalStateException(command.name() + " has no Output"));
  }

  private static Optional<Output> find(CommandSpec command) {
    return command.mixins().values().stream()
        .map(CommandSpec::userObject)
        .filter(Output.class::isInstance)
        .map(Output.class::cast)
        .findFirst();
  }

  public PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /**
   * Prints one line of the result, unless the format is JSON. Control characters are replaced,
   * because names may contain any.
   */
  public void print(String text) {
    text(Messages.line(text));
  }

  /** Prints one formatted line of the result, unless the format is JSON. */
  @FormatMethod
  public void printf(@FormatString String format, Object... values) {
    print(String.format(Locale.ROOT, format, values));
  }

  /** Prints several lines of the result, such as a table, unless the format is JSON. */
  public void text(String text) {
    if (!isJson()) {
      out().println(Messages.lines(text));
    }
  }

  /**
   * Prints the result if the format is JSON.
   *
   * @param result a tree, or a record whose fields become keys in snake case
   */
  public void json(Object result) {
    if (isJson()) {
      out().println(text(result, true));
    }
  }

  /** Prints a part of the result in one line if the format is JSON, as {@link #json}. */
  public void jsonLine(Object part) {
    if (isJson()) {
      out().println(text(part, false));
    }
  }

  /**
   * Formats JSON without characters that a terminal would interpret.
   *
   * @param result a tree, or a record whose fields become keys in snake case
   * @param pretty true for indented lines, false for a single line
   */
  public static String text(Object result, boolean pretty) {
    JsonNode tree = result instanceof JsonNode json ? json : Json.tree(result);
    return DELETE_AND_C1
        .matcher(pretty ? tree.toPrettyString() : tree.toString())
        .replaceAll(c -> String.format(Locale.ROOT, "\\\\u%04x", (int) c.group().charAt(0)));
  }

  /** Prints a warning. Several threads may call this method. */
  public void warn(String text) {
    write("warning: " + text);
  }

  /** Reports a failure after which the command continues. */
  public void error(String text) {
    write("kgcoop: " + text);
  }

  private synchronized void write(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(Messages.line(Messages.brief(line)));
    err.flush();
  }

  /** Prints a requested record to standard error. */
  public void record(String line) {
    write(line);
  }

  /** Prints a line for {@code --debug}. */
  public void debug(Supplier<String> text) {
    if (debug) {
      write("kgcoop: " + text.get());
    }
  }

  /** Prints a line about the progress, unless {@code --quiet} is set. */
  public void info(String text) {
    if (!quiet) {
      write(text);
    }
  }

  /** Returns the display of progress that the options select. */
  public Progress progress() {
    return quiet ? Progress.SILENT : new ConsoleProgress(this::info);
  }
}
