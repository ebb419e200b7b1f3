package org.kgcoop.cli.options;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.Stack;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.Nearest;
import org.kgcoop.config.ConfigFile;
import org.kgcoop.config.OptionValues;
import org.kgcoop.config.ReferenceConfig;
import org.kgcoop.method.KgCoOp;
import picocli.CommandLine;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * A preprocessor that puts the options of {@code --config FILE} in front of those of the command
 * line before it is parsed. Values from files therefore pass the same checks as options. An option
 * on the command line overrides the value of a file.
 */
public final class ConfigExpansion implements IParameterPreprocessor {
  private static final String WEIGHT = "weight";

  /** The keys that {@code --weight} sets. */
  private static final Set<String> WEIGHTS = Set.of(WEIGHT, KgCoOp.ID + "." + WEIGHT);

  private final CommandSpec command;

  private ConfigExpansion(CommandSpec command) {
    this.command = command;
  }

  /** Enables configuration files for a command that has the option. */
  public static void install(CommandLine commandLine) {
    CommandSpec spec = commandLine.getCommandSpec();
    if (spec.findOption(ConfigOptions.CONFIG) != null) {
      spec.preprocessor(new ConfigExpansion(spec));
    }
  }

  @Override
  @SuppressWarnings("JdkObsolete") // picocli declares this type
  public boolean preprocess(
      Stack<String> stack, CommandSpec spec, @Nullable ArgSpec arg, Map<String, Object> info) {
    List<String> words = new ArrayList<>(stack);
    Collections.reverse(words);
    try {
      List<String> expanded = expanded(words);
      Collections.reverse(expanded);
      stack.clear();
      stack.addAll(expanded);
    } catch (KgCoopException e) {
      throw new ParameterException(command.commandLine(), String.valueOf(e.getMessage()), e);
    }
    return false;
  }

  private List<String> expanded(List<String> words) {
    OptionValues line = explicit(words);
    List<ConfigFile> published = new ArrayList<>();
    OptionValues values = OptionValues.empty();
    for (String name : line.options().getOrDefault("config", List.of())) {
      ConfigFile file = ConfigFile.read(Path.of(name));
      if (file.isReference()) {
        published.add(file);
      } else {
        values = values.with(checked(file));
      }
    }
    if (!published.isEmpty()) {
      values = translated(published, method(line, values)).with(values);
    }
    values = values.without(line.settings().keySet());
    values.options().keySet().removeAll(line.options().keySet());
    List<String> expanded = new ArrayList<>();
    values.options().forEach((name, explicit) -> expanded.addAll(words(name, explicit)));
    values.settings().forEach((key, value) -> expanded.add("--set=" + key + "=" + value));
    expanded.addAll(words);
    return expanded;
  }

  /** Translates files of the published code, and warns of keys and options that are ignored. */
  private OptionValues translated(List<ConfigFile> published, @Nullable String method) {
    ReferenceConfig.Translation translation = ReferenceConfig.translate(published, method);
    List<String> ignored = new ArrayList<>(translation.ignored());
    OptionValues values = OptionValues.empty();
    values.settings().putAll(translation.values().settings());
    translation
        .values()
        .options()
        .forEach(
            (name, value) -> {
              OptionSpec option = optionOfOne(name);
              if (option == null) {
                ignored.add("--" + name);
              } else {
                values.options().put(plain(option), value);
              }
            });
    if (!ignored.isEmpty()) {
      command
          .commandLine()
          .getErr()
          .println(Messages.line("warning: ignored: " + String.join(", ", ignored)));
    }
    return values;
  }

  /**
   * Returns the options of the command line by name, and the keys of the settings. A sweep also
   * counts as the option with the name of the varied setting. picocli reads the options here as
   * texts, so that it reports wrong values once, together with those of files.
   */
  private OptionValues explicit(List<String> words) {
    CommandSpec texts = CommandSpec.create();
    for (OptionSpec option : command.options()) {
      texts.addOption(
          OptionSpec.builder(option.names())
              .arity(option.arity().toString())
              .type(List.class)
              .auxiliaryTypes(String.class)
              .build());
    }
    CommandLine parser =
        new CommandLine(texts).setUnmatchedArgumentsAllowed(true).setExpandAtFiles(false);
    texts.parser().collectErrors(true);
    OptionValues explicit = OptionValues.empty();
    for (OptionSpec option : parser.parseArgs(words.toArray(String[]::new)).matchedOptions()) {
      explicit.options().put(plain(option), option.originalStringValues());
    }
    List<String> keys = new ArrayList<>(explicit.options().getOrDefault("set", List.of()));
    for (String sweep : explicit.options().getOrDefault("sweep", List.of())) {
      String key = key(sweep).replace('-', '_');
      keys.add(key);
      explicit.options().put(key.replace('_', '-'), List.of(sweep));
    }
    keys.forEach(text -> explicit.settings().put(key(text), ""));
    if (explicit.has(WEIGHT)) {
      WEIGHTS.forEach(key -> explicit.settings().put(key, ""));
    }
    return explicit;
  }

  /** Returns the text in front of the first equals sign. */
  private static String key(String text) {
    return text.split("=", 2)[0].strip();
  }

  /** Reads the values of kgcoop's own file, and treats {@code weight} like any other setting. */
  private OptionValues checked(ConfigFile file) {
    OptionValues values = OptionValues.of(file);
    checkKeys(file, values);
    List<String> weight = values.options().remove(WEIGHT);
    if (weight != null) {
      if (values.settings().keySet().stream().anyMatch(WEIGHTS::contains)) {
        throw KgCoopException.configuration(
            file.name() + ": weight and set: weight: give one of them");
      }
      values.settings().put(WEIGHT, String.join(",", weight));
    }
    return values;
  }

  /** Returns the method that the command line or a file of kgcoop names, or null if not one. */
  private @Nullable String method(OptionValues line, OptionValues fileValues) {
    OptionSpec option = optionOfOne("method");
    if (option == null) {
      return null;
    }
    String name = plain(option);
    List<String> methods =
        (line.has(name) ? line : fileValues)
            .options().getOrDefault(name, List.of()).stream()
                .flatMap(text -> Stream.of(text.split(",", -1)))
                .map(String::strip)
                .toList();
    return methods.size() == 1 ? methods.get(0) : null;
  }

  private @Nullable OptionSpec option(String name) {
    return command.findOption("--" + name);
  }

  /**
   * Returns the option for a key of the published code that has one value: seed, method or data
   * set. Some commands accept several values instead. The data set is the one to train on, which is
   * the source of a transfer.
   */
  private @Nullable OptionSpec optionOfOne(String name) {
    OptionSpec source = name.equals("data") ? option("source") : null;
    if (source != null) {
      return source;
    }
    OptionSpec option = option(name);
    return option == null && (name.equals("seed") || name.equals("method"))
        ? option(name + "s")
        : option;
  }

  private void checkKeys(ConfigFile file, OptionValues values) {
    Set<String> known = known();
    List<String> unknown = new ArrayList<>(values.options().keySet());
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      throw KgCoopException.configuration(
          "%s: no option of %s: %s"
              .formatted(file.name(), command.name(), Nearest.hints(unknown, known)));
    }
  }

  private Set<String> known() {
    return command.options().stream()
        .filter(option -> !option.usageHelp() && !option.versionHelp())
        .map(ConfigExpansion::plain)
        .filter(name -> !name.equals("config"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String plain(OptionSpec option) {
    return option.longestName().replaceFirst("^-+", "");
  }

  private List<String> words(String name, List<String> explicit) {
    OptionSpec option = Objects.requireNonNull(option(name));
    String word = option.longestName();
    if (option.typeInfo().isBoolean()) {
      return switch (String.join(",", explicit)) {
        case "true" -> List.of(word);
        case "false" -> List.of();
        default ->
            throw KgCoopException.configuration(
                name + ": expected true or false, got " + String.join(",", explicit));
      };
    }
    return option.isMultiValue()
        ? explicit.stream().map(value -> word + "=" + value).toList()
        : List.of(word + "=" + String.join(",", explicit));
  }
}
