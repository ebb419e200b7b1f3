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
import org.kgcoop.classifier.MethodRegistry;
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
 * A preprocessor that replaces {@code --config FILE} and KEY VALUE pairs by the equivalent options
 * before the command line is parsed. Values from files therefore pass the same checks as options.
 * An option on the command line overrides the value of a file.
 */
public final class ConfigExpansion implements IParameterPreprocessor {
  private static final String WEIGHT = "weight";

  /** The keys that {@code --weight} sets. */
  private static final Set<String> WEIGHTS = Set.of(WEIGHT, KgCoOp.ID + "." + WEIGHT);

  private final CommandSpec command;
  private final Path directory;

  private ConfigExpansion(CommandSpec command, Path directory) {
    this.command = command;
    this.directory = directory;
  }

  /**
   * Enables configuration files for a command that has the option.
   *
   * @param directory the folder that relative paths of files are resolved against
   */
  public static void install(CommandLine commandLine, Path directory) {
    CommandSpec spec = commandLine.getCommandSpec();
    if (spec.findOption(ConfigOptions.CONFIG) != null) {
      spec.preprocessor(new ConfigExpansion(spec, directory));
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
    int end = words.size() - ReferenceConfig.pairWords(words);
    List<String> pairs = words.subList(end, words.size());
    OptionValues line = given(words.subList(0, end));
    List<ConfigFile> published = new ArrayList<>();
    OptionValues values = OptionValues.empty();
    for (String name : line.options().getOrDefault("config", List.of())) {
      ConfigFile file = ConfigFile.read(directory.resolve(name));
      if (file.isReference()) {
        published.add(file);
      } else {
        values = values.with(checked(file));
      }
    }
    if (!published.isEmpty() || !pairs.isEmpty()) {
      values = translated(published, pairs, line, values);
    }
    values = values.without(line.settings().keySet());
    values.options().keySet().removeAll(line.options().keySet());
    List<String> expanded = new ArrayList<>();
    values.options().forEach((name, given) -> expanded.addAll(words(name, given)));
    values.settings().forEach((key, value) -> expanded.add("--set=" + key + "=" + value));
    expanded.addAll(words.subList(0, end));
    return expanded;
  }

  /**
   * Merges the values of the published code's files and pairs with the values of kgcoop's own
   * files.
   */
  private OptionValues translated(
      List<ConfigFile> published, List<String> pairs, OptionValues line, OptionValues ofFiles) {
    OptionSpec option = optionOfOne("method");
    boolean open = option == null || (pairs.contains("TRAINER.NAME") && !line.has(plain(option)));
    List<String> asked = open || option == null ? List.of() : values(option, line, ofFiles);
    ReferenceConfig.Translation translation = ReferenceConfig.translate(published, pairs, asked);
    List<String> left = new ArrayList<>(translation.ignored());
    List<String> methods = methods(line, ofFiles);
    // Later values override earlier ones: published files, own files, pairs.
    OptionValues values =
        context(translation.values(), methods, left)
            .with(ofFiles)
            .with(context(translation.ofPairs(), methods, new ArrayList<>()));
    if (!left.isEmpty()) {
      command
          .commandLine()
          .getErr()
          .println(Messages.line("warning: ignored: " + String.join(", ", left)));
    }
    return values;
  }

  /**
   * Returns the options of the command line by name, and the keys of the settings. A sweep also
   * counts as the option with the name of the varied setting.
   */
  private OptionValues given(List<String> words) {
    OptionValues given = OptionValues.empty();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      boolean attached = word.matches("(?s)-[a-z][^=].*"); // for example, -j4
      String[] parts =
          attached ? new String[] {word.substring(0, 2), word.substring(2)} : word.split("=", 2);
      OptionSpec option = command.findOption(parts[0]);
      if (option != null && parts[0].startsWith("-")) {
        String next = i + 1 < words.size() ? words.get(i + 1) : "";
        given.add(plain(option), parts.length > 1 ? parts[1] : next);
      }
    }
    List<String> keys = new ArrayList<>(given.options().getOrDefault("set", List.of()));
    for (String sweep : given.options().getOrDefault("sweep", List.of())) {
      keys.add(sweep.replaceFirst("=.*", "").replace('-', '_'));
      given.add(sweep.replaceFirst("=.*", "").strip().replace('_', '-'), sweep);
    }
    keys.forEach(key -> given.settings().put(key.replaceFirst("(?s)=.*", "").strip(), ""));
    if (given.has(WEIGHT)) {
      WEIGHTS.forEach(key -> given.settings().put(key, ""));
    }
    return given;
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

  /** Returns the requested methods, as far as they are known before the command line is parsed. */
  private List<String> methods(OptionValues line, OptionValues ofFiles) {
    OptionSpec option = option("methods");
    if (option == null) {
      return MethodRegistry.ids();
    }
    List<String> values = values(option, line, ofFiles);
    return values.isEmpty() ? List.of(String.valueOf(option.defaultValue()).split(",")) : values;
  }

  /** Returns the values of an option from the command line or, if absent there, from the files. */
  private static List<String> values(OptionSpec option, OptionValues line, OptionValues ofFiles) {
    OptionValues from = line.has(plain(option)) ? line : ofFiles;
    return from.options().getOrDefault(plain(option), List.of()).stream()
        .flatMap(text -> Stream.of(text.split(",")))
        .map(String::strip)
        .toList();
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

  /**
   * Keeps the settings and options that the command and its methods support.
   *
   * @param methods the requested methods; settings of other methods are ignored
   * @param left receives the names of ignored options and settings
   */
  private OptionValues context(OptionValues translated, List<String> methods, List<String> left) {
    OptionValues context = OptionValues.empty();
    translated
        .settings()
        .forEach(
            (key, value) -> {
              int point = key.indexOf('.');
              if (point < 0 || methods.contains(key.substring(0, point))) {
                context.settings().put(key, value);
              } else {
                left.add("--set " + key);
              }
            });
    translated
        .options()
        .forEach(
            (name, value) -> {
              OptionSpec option = optionOfOne(name);
              if (option == null) {
                left.add("--" + name);
              } else {
                context.options().put(plain(option), value);
              }
            });
    return context;
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

  private List<String> words(String name, List<String> given) {
    OptionSpec option = Objects.requireNonNull(option(name));
    String word = option.longestName();
    if (option.typeInfo().isBoolean()) {
      return switch (String.join(",", given)) {
        case "true" -> List.of(word);
        case "false" -> List.of();
        default ->
            throw KgCoopException.configuration(
                name + ": expected true or false, got " + String.join(",", given));
      };
    }
    return option.isMultiValue()
        ? given.stream().map(value -> word + "=" + value).toList()
        : List.of(word + "=" + String.join(",", given));
  }
}
