package org.kgcoop.cli.options;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.kgcoop.cli.console.Output;
import org.kgcoop.train.TrainingDeclaration;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * The layout of help texts. Lines break only at spaces, whereas picocli also breaks them after dots
 * and colons. If a command has many options, they are grouped under headings by mixin.
 */
public final class HelpLayout {
  /** The number of options from which headings make a list clearer. */
  private static final int MANY = 20;

  /** The column of descriptions. Further lines of a description are indented by {@link #INDENT}. */
  private static final int COLUMN = 29;

  private static final int INDENT = 2;
  private static final String SHORT_OPTION = "  ";
  private static final String NO_SHORT_OPTION = "      ";

  /**
   * The headings in the order of the help. Options of other mixins are listed with the command's
   * own.
   */
  private static final Map<Object, String> HEADINGS = headings();

  private HelpLayout() {}

  private static Map<Object, String> headings() {
    Map<Object, String> headings = new LinkedHashMap<>();
    headings.put(ProtocolOptions.class, "Table");
    headings.put(DataOptions.class, "Images");
    headings.put(MethodOptions.class, "Methods");
    headings.put(TrainingOptions.class, "Training");
    TrainingDeclaration.byHeading().keySet().forEach(heading -> headings.put(heading, heading));
    headings.put(ClipOptions.class, "CLIP");
    headings.put(Output.class, "Output");
    return headings;
  }

  /** Applies this layout to the help of a command. */
  public static void install(CommandLine command) {
    Map<String, IHelpSectionRenderer> sections = command.getHelpSectionMap();
    sections.put(
        UsageMessageSpec.SECTION_KEY_DESCRIPTION,
        help -> paragraphs(help, help.commandSpec().usageMessage().description()));
    sections.put(
        UsageMessageSpec.SECTION_KEY_FOOTER,
        help -> paragraphs(help, help.commandSpec().usageMessage().footer()));
    sections.put(UsageMessageSpec.SECTION_KEY_PARAMETER_LIST, HelpLayout::parameters);
    sections.put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, HelpLayout::options);
    sections.put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, HelpLayout::commands);
  }

  private static String paragraphs(Help help, String... paragraphs) {
    return Arrays.stream(paragraphs)
        .map(paragraph -> String.join("\n", wrapped(paragraph.replace("%%", "%"), width(help))))
        .map(lines -> lines + "\n")
        .collect(Collectors.joining());
  }

  private static int width(Help help) {
    return help.commandSpec().usageMessage().width() - 1;
  }

  private static String parameters(Help help) {
    StringBuilder text = new StringBuilder();
    for (PositionalParamSpec parameter : help.commandSpec().positionalParameters()) {
      String label =
          help.parameterLabelRenderer()
              .renderParameterLabel(parameter, Help.Ansi.OFF, List.of())
              .toString()
              .strip();
      add(text, help, NO_SHORT_OPTION + label, NO_SHORT_OPTION + label, parameter);
    }
    return text.toString();
  }

  private static String commands(Help help) {
    int column = help.subcommands().keySet().stream().mapToInt(String::length).max().orElse(0) + 4;
    StringBuilder text = new StringBuilder();
    help.subcommands()
        .forEach(
            (name, command) -> {
              String header = String.join(" ", command.commandSpec().usageMessage().header());
              List<String> lines = wrapped(header, width(help) - column);
              text.append("  ").append(help.colorScheme().commandText(name));
              text.append(" ".repeat(column - 2 - name.length()));
              text.append(String.join("\n" + " ".repeat(column), lines)).append('\n');
            });
    return text.toString();
  }

  private static String options(Help help) {
    CommandSpec command = help.commandSpec();
    Map<String, String> headings = new HashMap<>();
    if (command.options().size() >= MANY) {
      collect(command, "", headings);
    }
    Map<String, List<OptionSpec>> subjects = new LinkedHashMap<>();
    subjects.put("", new ArrayList<>());
    HEADINGS.values().forEach(heading -> subjects.put(heading, new ArrayList<>()));
    for (OptionSpec option : command.options()) {
      if (!option.hidden()) {
        String heading =
            headings.isEmpty() || !option.usageHelp()
                ? headings.getOrDefault(option.longestName(), "")
                : HEADINGS.getOrDefault(Output.class, "");
        addInOrder(subjects.computeIfAbsent(heading, h -> new ArrayList<>()), option);
      }
    }
    StringBuilder text = new StringBuilder();
    subjects.forEach(
        (heading, own) -> {
          if (!own.isEmpty()) {
            text.append(heading.isEmpty() ? "" : help.createHeading("%n" + heading + ":%n"));
            own.forEach(option -> add(text, help, option));
          }
        });
    return text.toString();
  }

  /**
   * Adds an option. The option {@code --format} is created last, but belongs to the front of its
   * group.
   */
  private static void addInOrder(List<OptionSpec> options, OptionSpec option) {
    int place = options.size();
    if (option.longestName().equals("--format")) {
      for (int i = 0; i < options.size(); i++) {
        if (options.get(i).longestName().equals("--quiet")) {
          place = i;
        }
      }
    }
    options.add(place, option);
  }

  private static void add(StringBuilder text, Help help, OptionSpec option) {
    String label = option.arity().max() == 0 ? "" : "=" + option.paramLabel();
    String plain = String.join(", ", option.names()) + label;
    String colored =
        Arrays.stream(option.names())
                .map(name -> help.colorScheme().optionText(name).toString())
                .collect(Collectors.joining(", "))
            + help.colorScheme().optionParamText(label);
    boolean isShort = option.shortestName().length() == 2;
    String indent = isShort ? SHORT_OPTION : NO_SHORT_OPTION;
    add(text, help, indent + plain, indent + colored, option);
  }

  /**
   * Adds the lines of an option or a parameter.
   *
   * @param plain the name without colors
   * @param colored the name with colors
   */
  private static void add(
      StringBuilder text, Help help, String plain, String colored, ArgSpec argument) {
    text.append(colored);
    if (plain.length() + 1 > COLUMN) {
      text.append('\n').append(" ".repeat(COLUMN));
    } else {
      text.append(" ".repeat(COLUMN - plain.length()));
    }
    String description = Arrays.stream(argument.description()).collect(Collectors.joining(" "));
    List<String> lines = wrapped(description, width(help) - COLUMN - INDENT);
    text.append(String.join("\n" + " ".repeat(COLUMN + INDENT), lines)).append('\n');
  }

  /** Wraps a text into lines. An indented text stays unchanged. */
  private static List<String> wrapped(String text, int width) {
    if (text.startsWith(" ") || text.isEmpty()) {
      return List.of(text);
    }
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" +", -1)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  /**
   * Collects the heading of each option by its longest name. The innermost mixin with a heading
   * counts.
   */
  private static void collect(CommandSpec spec, String heading, Map<String, String> headings) {
    for (CommandSpec mixin : spec.mixins().values()) {
      String own = HEADINGS.getOrDefault(mixin.userObject().getClass(), heading);
      mixin.options().forEach(option -> headings.put(option.longestName(), own));
      if (mixin.userObject() instanceof TrainingOptions) {
        TrainingDeclaration.byHeading()
            .forEach(
                (title, settings) ->
                    settings.forEach(
                        setting -> headings.put(TrainingOptions.option(setting.key()), title)));
      }
      if (mixin.userObject() instanceof Output) {
        headings.put("--format", own);
      }
      collect(mixin, own, headings);
    }
  }
}
