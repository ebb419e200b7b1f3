package org.kgcoop.cli.options;

import java.lang.reflect.AnnotatedElement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.kgcoop.cli.console.Output;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * The layout of help texts. If the help of a command does not fit on one screen, it describes the
 * usual options in one sentence each, and names the others. Lines break only at spaces, whereas
 * picocli also breaks them after dots and colons.
 */
public final class HelpLayout {
  /** The largest number of lines on a screen. */
  private static final int SCREEN = 50;

  /** The column of descriptions. Further lines of a description are indented by {@link #INDENT}. */
  private static final int COLUMN = 29;

  private static final int INDENT = 2;
  private static final String SHORT_OPTION = "  ";
  private static final String NO_SHORT_OPTION = "      ";

  private static final String OUTPUT = "Output";
  private static final int ALL = Integer.MAX_VALUE;

  private static final Pattern DEFAULT = Pattern.compile(" \\(default: [^)]{1,40}\\)");

  /** The headings in the order of the help. The command's own options come first. */
  private static final List<String> HEADINGS =
      List.of("", "Table", "Images", "Training", "CLIP", OUTPUT);

  /** The headings of mixins. */
  private static final Map<Object, String> OF_MIXINS =
      Map.of(
          ProtocolOptions.class, "Table",
          ColumnOptions.class, "Table",
          DataOptions.class, "Images",
          SettingOptions.class, "Training",
          ClipOptions.class, "CLIP",
          FeatureCacheOptions.class, "CLIP",
          Output.class, OUTPUT);

  private HelpLayout() {}

  /** Applies this layout to the help of a command. */
  public static void install(CommandLine command) {
    Map<String, IHelpSectionRenderer> sections = command.getHelpSectionMap();
    describe(command, option -> true);
    sections.put(
        UsageMessageSpec.SECTION_KEY_DESCRIPTION,
        help -> text(help, fits(help, options(help)) || fits(help, usualOptions(help)) ? ALL : 1));
    sections.put(
        UsageMessageSpec.SECTION_KEY_FOOTER,
        help -> {
          String[] footer = help.commandSpec().usageMessage().footer();
          boolean isExamples = footer.length > 0 && footer[0].startsWith(" ");
          return (isExamples ? "\nExamples:\n" : "") + paragraphs(help, footer);
        });
    sections.put(UsageMessageSpec.SECTION_KEY_PARAMETER_LIST, HelpLayout::parameters);
    sections.put(
        UsageMessageSpec.SECTION_KEY_OPTION_LIST,
        help -> fits(help, options(help)) ? options(help) : usualOptions(help));
  }

  /** Prints the complete description of a command in its help, and some of its options. */
  public static void describe(CommandLine command, Predicate<OptionSpec> which) {
    Map<String, IHelpSectionRenderer> sections = command.getHelpSectionMap();
    sections.put(UsageMessageSpec.SECTION_KEY_DESCRIPTION, help -> text(help, ALL));
    sections.put(
        UsageMessageSpec.SECTION_KEY_OPTION_LIST,
        help -> grouped(help, which, HelpLayout::description));
  }

  /** Returns true if the help has few lines with the complete description and these options. */
  private static boolean fits(Help help, String options) {
    CommandSpec command = help.commandSpec();
    Map<String, IHelpSectionRenderer> sections = command.commandLine().getHelpSectionMap();
    Set<String> given =
        Set.of(UsageMessageSpec.SECTION_KEY_DESCRIPTION, UsageMessageSpec.SECTION_KEY_OPTION_LIST);
    String others =
        command.usageMessage().sectionKeys().stream()
            .filter(key -> !given.contains(key) && sections.containsKey(key))
            .map(key -> Objects.requireNonNull(sections.get(key)).render(help))
            .collect(Collectors.joining());
    return (text(help, ALL) + others + options).lines().count() <= SCREEN;
  }

  /** Returns the first paragraphs of the description of a command. */
  private static String text(Help help, int most) {
    String[] all = help.commandSpec().usageMessage().description();
    String text = paragraphs(help, Arrays.copyOf(all, Math.min(most, all.length)));
    return text.isEmpty() ? "" : text + "\n";
  }

  /** Returns texts, each after an empty line. An indented text follows the one before directly. */
  private static String paragraphs(Help help, String... texts) {
    return Arrays.stream(texts)
        .map(text -> (text.startsWith(" ") ? "" : "\n") + wrapped(text, width(help), 0) + "\n")
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
      String name = NO_SHORT_OPTION + label;
      text.append(lines(help, name, name, description(parameter)));
    }
    return text.toString();
  }

  /** Returns the options of a command by heading, without hidden ones. */
  public static Map<String, List<OptionSpec>> groups(CommandSpec command) {
    Map<OptionSpec, String> headings = new HashMap<>();
    collect(command, "", headings);
    Map<String, List<OptionSpec>> groups = new LinkedHashMap<>();
    HEADINGS.forEach(heading -> groups.put(heading, new ArrayList<>()));
    for (OptionSpec option : command.options()) {
      boolean isHelp = option.usageHelp(); // the first of its group
      String heading = isHelp ? OUTPUT : headings.getOrDefault(option, "");
      if (!option.hidden()) {
        List<OptionSpec> group = Objects.requireNonNull(groups.get(heading));
        group.add(isHelp ? 0 : group.size(), option);
      }
    }
    return groups;
  }

  /** Collects the headings of options. The innermost mixin with a heading counts. */
  private static void collect(CommandSpec spec, String heading, Map<OptionSpec, String> headings) {
    for (CommandSpec mixin : spec.mixins().values()) {
      String own = OF_MIXINS.getOrDefault(mixin.userObject().getClass(), heading);
      mixin.options().forEach(option -> headings.put(option, own));
      collect(mixin, own, headings);
    }
  }

  private static String options(Help help) {
    return grouped(help, option -> true, HelpLayout::description);
  }

  private static String grouped(
      Help help, Predicate<OptionSpec> which, Function<ArgSpec, String> description) {
    StringBuilder text = new StringBuilder();
    groups(help.commandSpec())
        .forEach(
            (heading, group) -> {
              List<OptionSpec> shown = group.stream().filter(which).toList();
              if (!shown.isEmpty() && !heading.isEmpty()) {
                text.append(help.createHeading("%n" + heading + ":%n"));
              }
              shown.forEach(option -> text.append(option(help, option, description.apply(option))));
            });
    return text.toString();
  }

  /** Returns one sentence about each usual option, and the names of the others. */
  private static String usualOptions(Help help) {
    CommandSpec command = help.commandSpec();
    List<OptionSpec> others = new ArrayList<>();
    groups(command)
        .forEach(
            (heading, group) ->
                group.stream()
                    .filter(option -> isRare(option) || heading.equals(OUTPUT))
                    .forEach(others::add));
    String also =
        others.stream()
            .map(option -> String.join(", ", option.names()))
            .collect(Collectors.joining(", ", "Also: ", "."));
    String name = command.qualifiedName().replaceFirst("^\\S+ ", "");
    String end =
        command.findOption(SettingSources.SET) == null
            ? "."
            : ", and ./kgcoop help settings the keys of --set.";
    String all = "./kgcoop help " + name + " --all describes all options completely" + end;
    return grouped(help, option -> !others.contains(option), HelpLayout::sentence)
        + paragraphs(help, also)
        + wrapped(all, width(help), 0)
        + "\n";
  }

  private static boolean isRare(OptionSpec option) {
    return option.userObject() instanceof AnnotatedElement field
        && field.isAnnotationPresent(Rare.class);
  }

  private static String description(ArgSpec argument) {
    return String.join(" ", argument.description());
  }

  /** Returns the first sentence of a description, with the default and whether it is required. */
  private static String sentence(ArgSpec argument) {
    String all = description(argument);
    String[] parts = all.split("(?<=\\.) (?=[A-Z])", 2);
    boolean isRequired = parts.length > 1 && parts[1].contains("Required");
    String first = parts[0] + (isRequired ? " Required." : "");
    Matcher byDefault = DEFAULT.matcher(all);
    return first.contains("(default: ") || !byDefault.find()
        ? first
        : first.replaceFirst("\\.$", Matcher.quoteReplacement(byDefault.group() + "."));
  }

  /** Returns the lines of an option. */
  public static String option(Help help, OptionSpec option) {
    return option(help, option, description(option));
  }

  private static String option(Help help, OptionSpec option, String description) {
    String label = option.arity().max() == 0 ? "" : "=" + option.paramLabel();
    String plain = String.join(", ", option.names()) + label;
    String colored =
        Arrays.stream(option.names())
                .map(name -> help.colorScheme().optionText(name).toString())
                .collect(Collectors.joining(", "))
            + help.colorScheme().optionParamText(label);
    boolean isShort = option.shortestName().length() == 2;
    String indent = isShort ? SHORT_OPTION : NO_SHORT_OPTION;
    return lines(help, indent + plain, indent + colored, description);
  }

  /**
   * Returns the lines of an option or a parameter.
   *
   * @param plain the name without colors
   * @param colored the name with colors
   */
  private static String lines(Help help, String plain, String colored, String description) {
    boolean isLong = plain.length() + 1 > COLUMN;
    int width = width(help) - COLUMN;
    return colored
        + (isLong ? "\n" : "")
        + " ".repeat(isLong ? COLUMN : COLUMN - plain.length())
        + (description.length() <= width
            ? description
            : wrapped(description, width - INDENT, COLUMN + INDENT))
        + "\n";
  }

  /**
   * Breaks a text at spaces. An indented text stays unchanged.
   *
   * @param indent the spaces in front of all lines except the first
   */
  public static String wrapped(String text, int width, int indent) {
    String plain = text.replace("%%", "%");
    String end = "$1\n" + " ".repeat(indent);
    boolean isIndented = plain.startsWith(" ");
    return isIndented ? plain : plain.replaceAll("(.{1," + width + "})( +|$)", end).stripTrailing();
  }
}
